using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A partition between CoreDNS and the substrate's servers.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(PartitionId, "A partition between the layers leaves a cluster its own names, and bounds what it shows of the substrate's",
    "0 failed look-ups of the cluster's names; old answers for TTL and serve_stale, then none; recovery alone", Needs = Feature.Substrate)]
public static class LayerPartitions
{
    internal const string PartitionId = "Substrate.31";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In(PartitionId, SubstratePair.Delivered,
            ("nothing is shown once it has expired", "a look-up fails though its answer was kept",
                "        serve_stale 1h immediate\n", ""),
            ("failures that are kept", "a look-up fails though its answer was kept", "        servfail 0s\n", ""),
            ("old answers without an end", "what was kept ends", "serve_stale 1h", "serve_stale 24h"),
            ("errors that nobody writes", "does not write which name", "    errors \n", "")),
    ];

    [HostCheck(PartitionId,
        "a CoreDNS whose packets to both servers are dropped while a program changes a record, with 30 s in place of serve_stale's hour: "
            + "each look-up of this name and of a cluster's, on one clock; what CoreDNS writes", CoreDns = true)]
    public static async Task OutlivesAPartition(SubstratePair pair, CancellationToken cancellationToken)
    {
        await LayerPartition.Need(cancellationToken);
        var (name, other) = ($"brief.{pair.Child}", $"{pair.Settings.Primary.Name}.{pair.Zone}");
        await Write($"update add {name}. {ShortTtl.TotalSeconds} A {OldAnswer}");
        await pair.AtBoth(name, "A", [OldAnswer], cancellationToken);

        var file = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(file, LocalCoreDns.OfCluster(pair)
            + server.Replace("serve_stale 1h ", $"serve_stale {ShownStale.TotalSeconds}s "), cancellationToken);

        var clock = Stopwatch.StartNew();
        var (cluster, zone) = (new LayerWatch(pair, ClusterName, clock), new LayerWatch(pair, name, clock));
        TimeSpan cut, healing, healed;
        string written;
        await using var partition = new LayerPartition(pair);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = LocalCoreDns.Run(file, _ => { }, end.Token, LayerPartition.Runs);
        var watching = Task.CompletedTask;
        try
        {
            await Eventually.Within(Soon * 2, async token =>
            {
                (await pair.Ask(pair.Resolver, name, "A", token)).ShouldBe([OldAnswer]);
                (await pair.Ask(pair.Resolver, ClusterName, "A", token)).ShouldBe([ClusterAddress]);
            }, "CoreDNS answers for both layers", cancellationToken);
            watching = Task.WhenAll(cluster.Until(end.Token), zone.Until(end.Token));
            await Counted(50);

            await partition.Begin(cancellationToken);
            cut = clock.Elapsed;
            // The lower layer continues on its own.
            await Write($"update delete {name}. A", $"update add {name}. {ShortTtl.TotalSeconds} A {NewAnswer}");
            await pair.AtBoth(name, "A", [NewAnswer], cancellationToken);
            (await pair.Ask(pair.Resolver, other, "A", cancellationToken)).ShouldBeEmpty("the hosts are not partitioned");
            await Eventually.Within((ShortTtl + ShownStale + Soon) * 2,
                () => zone.Last.ShouldNotBe(OldAnswer),
                "what was kept ends", cancellationToken);
            await Counted(50);

            healing = clock.Elapsed;
            await partition.End(cancellationToken);
            healed = clock.Elapsed;
            await Eventually.Within(Soon * 2, () => zone.Last.ShouldBe(NewAnswer), "CoreDNS recovers alone", cancellationToken);
            await Counted(50);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
            written = await running;
        }

        Judge(cluster, zone, cut, healing, healed);
        var lines = Lines(written).Where(line => line.Contains("[ERROR]")).ToArray();
        // Not for a stale answer: its query did not fail. The code is 0 if the log plugin has already sent the answer.
        lines.ShouldContain(line => Regex.IsMatch(line, $"plugin/errors: [02] {Regex.Escape(other)}\\. A: .*i/o timeout"),
            $"CoreDNS does not write which name it could not resolve, and why: {written}");
        lines.ShouldNotContain(line => line.Contains(ClusterName), "CoreDNS has trouble with the cluster's name");
        TestContext.Out.WriteLine($"CoreDNS wrote {lines.Length} errors:\n{string.Join('\n', lines.Distinct())}");

        Task Write(params string[] lines) => pair.Write(cancellationToken, lines);

        Task Counted(int more)
        {
            var before = cluster.Seen.Count;
            return Eventually.Within(Soon * 2,
                () => cluster.Seen.Count.ShouldBeGreaterThan(before + more),
                "clients ask", cancellationToken);
        }
    }

    /// <summary>Compares all look-ups by the time at which they were sent.</summary>
    private static void Judge(LayerWatch cluster, LayerWatch zone, TimeSpan cut, TimeSpan healing, TimeSpan healed)
    {
        cluster.Seen.Where(look => look.Answer != ClusterAddress).ShouldBeEmpty($"failed look-ups of {ClusterName}");
        var between = zone.Seen.Where(look => look.At >= cut && look.At < healing).ToArray();
        zone.Seen.TakeWhile(look => look.At < cut).ShouldAllBe(look => look.Answer == OldAnswer);
        between.ShouldNotContain(look => look.At + look.Elapsed < healing && look.Answer == NewAnswer, "an answer came through");
        between.Where(look => look.At < cut + ShownStale - OfARefresh).ShouldAllBe(look => look.Answer == OldAnswer,
            "a look-up fails though its answer was kept");
        var (old, failed) = (between.Where(look => look.Answer == OldAnswer).ToArray(),
            between.Where(look => look.Answer is not (OldAnswer or NewAnswer)).ToArray());
        old[^1].At.ShouldBeLessThan(
            cut + ShortTtl + ShownStale + (2 * Second * SuiteSettings.Current.BudgetScale),
            $"an answer is older than it may be; without an answer: {string.Join(", ", failed.Take(5))}");
        var first = zone.Seen.First(look => look.Answer == NewAnswer);
        zone.Seen.SkipWhile(look => look != first).ShouldAllBe(look => look.Answer == NewAnswer, "it does not stay recovered");
        var others = string.Join(", ", failed.Select(look => look.Answer).Distinct());
        TestContext.Out.WriteLine($"""
            {cluster.Seen.Count} look-ups of the cluster's name: 0 failed, the slowest {Slowest(cluster.Seen)} ms.
            {old.Length} old answers of the substrate's for {(old[^1].At - cut).TotalSeconds:F1} s, the slowest {Slowest(old)} ms;
            then {failed.Length} without an answer ({others}).
            The new answer {(first.At + first.Elapsed - healed).TotalSeconds:F1} s after the end.
            """);

    }
}
