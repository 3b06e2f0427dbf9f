using CsCheck;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Tests.Model;

namespace PlatformGitOps.Controller.Tests;

/// <summary>The shard of a namespace, the instance that gives a shard away, and the instances that are alive.</summary>
public sealed class ShardDecisions
{
    // printf NAME | sha256sum | head -c8, modulo the number of shards.
    [TestCase("shop", 0x8d9001d3u)]
    [TestCase("kube-system", 0x88007f70u)]
    public void The_shard_of_a_namespace_equals_the_result_of_a_shell_command(string ns, uint digits)
    {
        for (var shards = 1; shards <= ControllerOptions.MostShards; shards++)
        {
            Sharding.ShardOf(ns, shards).ShouldBe((int)(digits % (uint)shards));
        }
    }

    [Test]
    public void Namespaces_are_distributed_over_all_shards()
    {
        var sizes = Enumerable.Range(0, 4000).CountBy(i => Sharding.ShardOf($"team-{i}", 4)).Select(one => one.Value).ToArray();

        sizes.Length.ShouldBe(4);
        sizes.ShouldAllBe(size => size > 900 && size < 1100);
    }

    [Test]
    public void Any_distribution_of_shards_becomes_even_and_stays_so() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[0, 8].Array[2, ControllerOptions.MostShards]).Sample((instances, held) =>
        {
            string[] members = [.. Enumerable.Range(0, instances).Select(i => $"i{i}")];
            string?[] holders = [.. held.Select(i => members[i % instances])];
            for (var moves = 0; ; moves++)
            {
                var gifts = members.Select(one => Sharding.ChooseHandOver(one, holders, members)).Where(gift => gift is not null).ToArray();
                gifts.Length.ShouldBeLessThanOrEqualTo(1, "one shard moves at a time");
                if (gifts is not [{ } gift])
                {
                    break;
                }

                moves.ShouldBeLessThan(held.Length, "no shard moves twice");
                holders[gift.Shard] = gift.To;
            }

            var counts = members.Select(one => holders.Count(holder => holder == one)).ToArray();
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
        });

    [Test]
    public void No_shard_is_handed_over_while_one_is_free_or_to_a_missing_instance()
    {
        Sharding.ChooseHandOver("a", ["a", "a", ""], ["a", "b"]).ShouldBeNull();
        Sharding.ChooseHandOver("a", ["a", "a", null], ["a", "b"]).ShouldBeNull();
        Sharding.ChooseHandOver("a", ["a", "a", "a"], ["a"]).ShouldBeNull();
        Sharding.ChooseHandOver("a", ["a", "a", "b"], ["a", "b"]).ShouldBeNull();
        Sharding.ChooseHandOver("a", ["a", "a", "a"], ["a", "b"]).ShouldBe((2, "b"));
    }

    [Test]
    public void Only_renewing_members_count_and_annotations_of_dead_ones_are_removed()
    {
        var time = new ManualTime();
        var ready = true;
        var options = new LeaderElectionOptions();
        var members = new Members("me", options, time) { IsReady = () => ready };
        var beat = 0;

        void Pass(double seconds, bool lives)
        {
            for (var i = 0; i < seconds * 2; i++)
            {
                time.Advance(TimeSpan.FromSeconds(0.5));
                beat += lives ? 1 : 0;
                members.Observe(new Dictionary<string, string> { ["member.dns.aikernel.io/other"] = $"{beat}", ["unrelated"] = $"{i}" });
            }
        }

        Pass(30, lives: false);
        members.Steady.ShouldBe(["me"], "an annotation that never changes was left by a dead one");
        Pass(options.BalanceAfter.TotalSeconds - 1, lives: true);
        members.Steady.ShouldBe(["me"], "it may be one that dies again and again");
        Pass(2, lives: true);
        members.Steady.ShouldBe(["me", "other"], ignoreOrder: true);
        Pass(options.RenewDeadline.TotalSeconds + 0.5, lives: false);
        members.Steady.ShouldBe(["me"], "before its Leases run out");
        Pass(1, lives: true);
        members.Steady.ShouldBe(["me"], "from now on its time begins again");
        members.NextAnnotations().Keys.ShouldBe(["member.dns.aikernel.io/me"]);
        Pass(61, lives: false);
        members.NextAnnotations()["member.dns.aikernel.io/other"].ShouldBeNull();
        ready = false;
        members.Steady.ShouldBeEmpty();
        members.NextAnnotations()["member.dns.aikernel.io/me"].ShouldBeNull();
    }
}
