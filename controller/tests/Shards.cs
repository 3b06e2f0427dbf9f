using PlatformGitOps.Controller.Election;

namespace PlatformGitOps.Controller.Tests;

/// <summary>Several shards: one leader for each, never two, after any changes. Most of the time these tests wait.</summary>
public sealed class Shards : ClusterFixture
{
    private const int Count = 4;

    /// <summary>A namespace in each shard, with a Service of two pods: endpoints 0 and 1 are in shard 0, and so on.</summary>
    private static readonly string[] Namespaces =
    [
        .. Enumerable.Range(0, Count).Select(shard =>
            Enumerable.Range(0, 1000).Select(i => $"team-{i}").First(ns => Sharding.ShardOf(ns, Count) == shard)),
    ];

    private static readonly ControllerOptions Four = Options with
    {
        Shards = Count,
        LeaderElection = new LeaderElectionOptions
        {
            LeaseDuration = TimeSpan.FromSeconds(3),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(150),
            BalanceAfter = TimeSpan.FromMilliseconds(400),
        },
    };

    private readonly HashSet<string> _cutOff = [];
    private readonly List<RunningController> _all = [];
    private Observer _observer = null!;

    [SetUp]
    public void Deploy()
    {
        foreach (var (shard, ns) in Namespaces.Index())
        {
            PutService("web", ns, new JsonObject { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" }, Endpoints.Port);
            PutPod(ns, 2 * shard);
            PutPod(ns, (2 * shard) + 1);
        }

        Server.Intercept = async context =>
        {
            var who = context.Request.Headers.Authorization.ToString();
            lock (_cutOff)
            {
                if (!_cutOff.Contains(who))
                {
                    return false;
                }
            }

            await context.WriteStatusAsync(503, "ServiceUnavailable", "cut off");
            return true;
        };
        _all.Clear();
        _cutOff.Clear();
        _observer = new Observer(_all, Limit);
    }

    [TearDown]
    public Task Judge() => _observer.EndAsync();

    [Test]
    public async Task Only_the_leader_of_a_shard_probes_it_and_a_new_instance_gets_shards()
    {
        var one = StartShards("one");
        await UntilAsync(() => one.Host.Leads.Count() == Count, "alone it leads every shard");
        await AskedAsync(2 * Count, 1);
        _observer.ForgetGaps();

        var two = StartShards("two");

        await UntilAsync(() => Held(one) == 2 && Held(two) == 2, "the new one gets its share");
        _observer.LongestGap.ShouldBeLessThan(
            Four.LeaderElection.LeaseDuration, "a shard that is given away has a leader again before its Lease would have ended");
        await AskedAsync(2 * Count, 2);
        var before = Probes(one, two);
        await AskedAsync(2 * Count, 2);
        var after = Probes(one, two);
        foreach (var (shard, ns) in Namespaces.Index())
        {
            Enumerable.Range(0, 2).Count(i => after[i][shard] > before[i][shard]).ShouldBe(1, $"instances that probe {ns}");
        }

        one.Host.WriteMetrics().ShouldNotContain(
            $"dns_healthy_endpoints{{namespace=\"{Namespaces[two.Host.Leads.First()]}\"", Case.Sensitive,
            "only its leader tells of a Service");
        AskedLeases().ShouldBe(
            RequiredAccess.OwnNamespace.Concat(RequiredAccess.ForShards(Count)).Select(access => access.Name).OfType<string>(),
            ignoreOrder: true, "it needs rights to these");
        Holders().Order().ShouldBe(["one", "one", "two", "two"]);
        Endpoints.Fail(0);
        Endpoints.Fail(7);
        await UntilAsync(() => !ServesIn(0, 0) && !ServesIn(3, 7), "both act");
    }

    [Test]
    public async Task A_stopped_instance_hands_its_shards_over_at_once()
    {
        var (one, two) = await StartTwoAsync();

        await two.StopAsync();

        Holders().ShouldNotContain("two", "nobody has to wait until its Leases run out");
        await UntilAsync(() => Held(one) == Count, "the other leads them all");
    }

    [Test]
    public async Task A_disconnected_instance_loses_its_shards_and_later_gets_some_back()
    {
        var (one, two) = await StartTwoAsync();
        Endpoints.Fail(0);
        Endpoints.Fail(7);

        CutOff("two", true);

        await UntilAsync(() => Held(one) == Count && Held(two) == 0, "the other leads them all");
        await UntilAsync(() => !ServesIn(0, 0) && !ServesIn(3, 7), "and acts for them");
        CutOff("two", false);
        await UntilAsync(() => Held(one) == 2 && Held(two) == 2, "it has its share again");
    }

    [Test]
    public async Task Instances_with_different_numbers_of_shards_never_act_at_the_same_time()
    {
        var old = StartShards("old", Four with { Shards = 1 });
        await UntilAsync(() => old.Host.IsLeading, "the single one leads");
        var four = StartShards("four");
        await UntilAsync(() => four.Host.IsSynced, "it stands by");
        await NeverAsync(() => four.Host.IsLeading || !old.Host.IsLeading, "one acts by the old number", 1);

        await old.StopAsync();
        await UntilAsync(() => four.Host.Leads.Count() == Count, "it leads every shard");
        var other = StartShards("other");
        await UntilAsync(() => Held(four) == 2 && Held(other) == 2, "they share");

        // And to two shards, one instance after the other as in a rollout; no namespace may have two leaders.
        var halves = StartShards("halves", Four with { Shards = 2 });
        await four.StopAsync();
        await UntilAsync(() => Held(other) == Count, "the rest of the old ones goes on");
        Held(halves).ShouldBe(0);
        await other.StopAsync();
        await UntilAsync(() => halves.Host.Leads.Count() == 2, "the Lease that they held together ran out");

        var single = StartShards("single", Four with { Shards = 1 });
        await halves.StopAsync();
        await UntilAsync(() => single.Host.IsLeading, "and back to one");
        Server.Store.Find("leases", "default", "dns-health-controller")!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("single");
    }

    [Test]
    public async Task Five_instances_share_a_Lease_on_a_slow_API_server()
    {
        var intercept = Server.Intercept;
        Server.Intercept = async context =>
        {
            await Latency.Of(TimeSpan.FromMilliseconds(100), context.RequestAborted);
            return await intercept(context);
        };
        var five = Enumerable.Range(0, 5).Select(i => StartShards($"i{i}", Four with { Shards = 5 })).ToArray();

        await UntilAsync(() => five.All(one => Held(one) == 1), "each leads one of five shards");

        var changes = five.Sum(Changes);
        await NeverAsync(() => five.Sum(Changes) > changes, "and nothing moves any more", 1.5);
    }

    private RunningController StartShards(string name, ControllerOptions? options = null)
    {
        var instance = Start(name, options: options ?? Four, connection: ConnectionOf(name));
        lock (_all)
        {
            _all.Add(instance);
        }

        return instance;
    }

    private async Task<(RunningController One, RunningController Two)> StartTwoAsync()
    {
        var (one, two) = (StartShards("one"), StartShards("two"));
        await UntilAsync(() => Held(one) == 2 && Held(two) == 2, "each leads two");
        return (one, two);
    }

    /// <summary>Its token is its name, which identifies its requests.</summary>
    private ApiConnection ConnectionOf(string name)
    {
        var connection = Connection();
        connection.Configuration.AccessToken = name;
        return connection;
    }

    private void CutOff(string name, bool isCutOff)
    {
        lock (_cutOff)
        {
            _ = isCutOff ? _cutOff.Add($"Bearer {name}") : _cutOff.Remove($"Bearer {name}");
        }
    }

    private static int Held(RunningController instance) => instance.Host.Leads.Count();

    private static double Changes(RunningController instance) => Enumerable.Range(0, 5)
        .Sum(shard => instance.Host.Metrics.LeaderChanges.Value(("shard", $"{shard}")));

    private string?[] Holders() =>
    [
        .. Enumerable.Range(0, Count).Select(shard =>
            Server.Store.Find("leases", "default", $"dns-health-controller-{shard}")?["spec"]?["holderIdentity"]?.GetValue<string>()),
    ];

    private IEnumerable<string> AskedLeases() => Server.Log.Select(line => line.Split(' ', '?')[1].Split('/'))
        .Where(path => path is [.., "leases", _]).Select(path => path[^1]).Distinct();

    /// <summary>By instance and shard.</summary>
    private static double[][] Probes(params RunningController[] instances) =>
    [
        .. instances.Select(instance => Namespaces.Select(ns =>
            instance.Host.Metrics.Checks.Value(("namespace", ns), ("service", "web"), ("result", "healthy"))).ToArray()),
    ];

    private bool ServesIn(int shard, int index) =>
        Server.Store.Find("pods", Namespaces[shard], $"web-{index}")?["metadata"]?["labels"]?[Annotations.DefaultServeLabel] is not null;

    private void PutPod(string ns, int index) => Server.Store.Put("pods", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = $"web-{index}",
            ["namespace"] = ns,
            ["labels"] = new JsonObject { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" },
        },
        ["spec"] = new JsonObject { ["nodeName"] = $"node-{index % 2}", ["containers"] = new JsonArray() },
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = Endpoints.Address(index).ToString(),
            ["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "Ready", ["status"] = "True" },
                new JsonObject { ["type"] = "ContainersReady", ["status"] = "True" }),
        },
    });

    /// <summary>Checks continuously that no namespace has two leaders, with any number of shards, and how long one has none.</summary>
    private sealed class Observer
    {
        private readonly List<RunningController> _instances;
        private readonly CancellationTokenSource _end;
        private readonly Task _looking;
        private readonly long[] _ledAt = new long[Count];
        private string? _twice;
        private TimeSpan _gap;

        public Observer(List<RunningController> instances, CancellationToken limit)
        {
            (_instances, _end) = (instances, CancellationTokenSource.CreateLinkedTokenSource(limit));
            _looking = Task.Run(LookAsync, limit);
        }

        public TimeSpan LongestGap => _gap;

        public void ForgetGaps()
        {
            Array.Clear(_ledAt);
            _gap = TimeSpan.Zero;
        }

        public async Task EndAsync()
        {
            await _end.CancelAsync();
            await _looking;
            _end.Dispose();
            _twice.ShouldBeNull("two instances act for one namespace");
        }

        private async Task LookAsync()
        {
            var time = TimeProvider.System;
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(2), time);
            while (!_end.IsCancellationRequested)
            {
                RunningController[] all;
                lock (_instances)
                {
                    all = [.. _instances];
                }

                foreach (var (index, ns) in Namespaces.Index())
                {
                    var acting = all.Where(one => one.Host.ActsFor(ns)).ToArray();
                    // Instances are read one after the other: if two seem to lead, both are read again.
                    _twice ??= acting.Length > 1 && acting.Count(one => one.Host.ActsFor(ns)) > 1 ? ns : null;
                    var now = time.GetTimestamp();
                    if (_ledAt[index] != 0 && time.GetElapsedTime(_ledAt[index], now) is var gap && gap > _gap)
                    {
                        _gap = gap;
                    }

                    _ledAt[index] = acting.Length > 0 ? now : _ledAt[index];
                }

                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }
}
