using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>
/// Distributions of the controller's times, for the measurements in docs/health-controller.md: <c>dotnet test acceptance --filter
/// TestCategory=HealthBars</c>, on an otherwise idle machine.
/// </summary>
[Explicit("takes minutes, and kills nodes")]
[Category("HealthBars")]
public sealed class HealthBars
{
    private const int Fleets = 5;
    private const int Rounds = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [TestCase("", 10, 30)]
    [TestCase("fast", 1, 5)]
    [CancelAfter(1_200_000)]
    public async Task Fifty_failures_and_recoveries(string profile, int interval, int bar, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken), cancellationToken);
        // Each pod fails several times in ten minutes here, which flap damping would slow down.
        var config = await CheckedCluster.ConfigName(cluster, cancellationToken);
        await CheckedCluster.Configure(cluster, text => text + "guards: {maxFlapDoublings: 0}\n", cancellationToken);
        var asked = profile.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["profile"] = profile };
        var fleets = new List<Fleet>();
        try
        {
            for (var i = 0; i < Fleets; i++)
            {
                fleets.Add(await Fleet.Deploy(
                    cluster, $"bars-{i}", 3, asked, cancellationToken));
            }

            await using var follower = await Follower.Start(cluster, cancellationToken, fleets);
            var failures = new List<FailureTimes>();
            for (var round = 0; round < Rounds; round++)
            {
                failures.AddRange(await Task.WhenAll(fleets.Select(async fleet =>
                {
                    await AnyMoment(TimeSpan.FromSeconds(interval), cancellationToken);
                    return await FailureTimes.Of(fleet, follower, fleet.Pods[round % 3], Patience, cancellationToken);
                })));
            }

            var gone = MeasuredTimes.Of(failures.Select(failure => failure.Gone));
            var back = MeasuredTimes.Of(failures.Select(failure => failure.Back));
            await TestContext.Out.WriteLineAsync(
                $"{(profile.Length == 0 ? "default" : profile)}, {failures.Count} failures: out {gone}; back {back}");
            await Keep(cluster, follower, failures, cancellationToken);
            gone.Share(TimeSpan.FromSeconds(bar)).ShouldBeGreaterThanOrEqualTo(0.99, $"out within {bar} s");
            back.Share(TimeSpan.FromSeconds(5)).ShouldBe(1.0, "back within 5 s");
        }
        finally
        {
            await CheckedCluster.Use(cluster, config, CancellationToken.None);
            foreach (var fleet in fleets)
            {
                await fleet.Remove();
            }
        }
    }

    [Test]
    [CancelAfter(1_800_000)]
    public async Task A_node_with_a_DNS_pod_is_killed_with_and_without_CoreDNS_under_it(CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken), cancellationToken);
        var without = await Lost(cluster, withLeader: false, cancellationToken);
        await TestContext.Out.WriteLineAsync($"without: {without}");
        try
        {
            cluster = await CheckedCluster.Deliver(cluster, coreDns: true, cancellationToken);
            var with = await Lost(cluster, withLeader: false, cancellationToken);
            await TestContext.Out.WriteLineAsync($"with, leader on another node: {with}");
            var withLeader = await Lost(cluster, withLeader: true, cancellationToken);
            await TestContext.Out.WriteLineAsync($"with, leader on the node that died: {withLeader}");
            with.Lost.ShouldBeLessThan(70, "queries lost with it");
            withLeader.Lost.ShouldBeLessThan(150, "queries lost with it, leader on the node that died");
        }
        finally
        {
            await CheckedCluster.Deliver(cluster, coreDns: false, CancellationToken.None);
        }
    }

    /// <summary>Keeps what explains an unusual time: the failures, DNS's answers, and the instances' logs.</summary>
    private static async Task Keep(
        LiveCluster cluster, Follower follower, IReadOnlyList<FailureTimes> failures, CancellationToken cancellationToken)
    {
        await EvidenceLog.KeepAsync(
            $"{cluster.Role}/failures.txt", "Each failure and recovery", string.Join('\n', failures.OrderBy(failure => failure.Hung)),
            cancellationToken);
        await EvidenceLog.KeepAsync(
            $"{cluster.Role}/follower.jsonl", "What each DNS pod answered when", await follower.Log(cancellationToken), cancellationToken);
        IEnumerable<Resource> involved =
        [
            .. await CheckedCluster.Pods(cluster, cancellationToken),
            // For the EndpointSlice controller.
            .. await cluster.Api.List(ResourceKind.Pod, "kube-system", "component=kube-controller-manager", cancellationToken),
        ];
        foreach (var pod in involved)
        {
            await EvidenceLog.KeepAsync(
                $"{cluster.Role}/{pod.Name}.log", $"Log of {pod.Name}",
                await cluster.Api.Logs("kube-system", pod.Name, null, false, cancellationToken), cancellationToken);
        }
    }

    [OneTimeTearDown]
    public Task TakeTheHealthControllerAway() => CheckedCluster.RemoveController(Delivery.Repository.Roles[0], CancellationToken.None);

    /// <summary>A random wait: otherwise each failure would begin at the same phase of the probes after the last recovery.</summary>
    private static async Task AnyMoment(TimeSpan interval, CancellationToken cancellationToken)
    {
        var wait = interval * Random.Shared.NextDouble();
        await foreach (var turn in Pace.Every(wait, wait, TimeProvider.System, cancellationToken))
        {
            if (turn > 0)
            {
                return;
            }
        }
    }

    /// <summary>A hundred UDP queries a second for 100 s, each from a new port and without retry, from a node that stays.</summary>
    private static async Task<Losses> Lost(LiveCluster cluster, bool withLeader, CancellationToken cancellationToken)
    {
        var node = await LostNode.Choose(cluster, withLeader, cancellationToken);
        await CheckedCluster.RolledOut(cluster, cancellationToken);
        var other = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))
            .First(entry => !Clusters.Nodes.IsControlPlane(entry) && entry.Name != node).Name;
        await cluster.Api.ApplyNamespace(Fleet.Namespace, cancellationToken);
        var address = ResourceKind.Pod.Named($"asking-{Guid.NewGuid().ToString("n")[..6]}", Fleet.Namespace);
        var pod = Live.Pods.Prober(
            Fleet.Namespace, address.Name, SuiteSettings.Current.ProberImage,
            new JsonObject { ["nodeName"] = other, ["restartPolicy"] = "Never" });
        pod["spec"]!["containers"]![0]!["command"] = new JsonArray(
            "/prober", "probe", $"kubernetes.default.svc.{cluster.Domain}", "--cadence", "10", "--transport", "udp-fresh", "--attempts",
            "1", "--timeout", "2000", "--duration", "100");
        await cluster.Api.Apply(ResourceKind.Pod, new Resource(pod), cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token => (await Journal(cluster, address, token)).Attempts.Count.ShouldBeGreaterThan(300),
                "the prober runs before the disruption",
                cancellationToken);
            var at = TimeProvider.System.GetUtcNow();
            await cluster.Engine.Kill(node, cancellationToken);
            var journal = await Eventually.Within(
                TimeSpan.FromSeconds(150),
                async token =>
                {
                    var read = await Journal(cluster, address, token);
                    read.Gaps.ShouldBeEmpty();
                    return read;
                },
                "the prober ends by itself",
                cancellationToken);
            var lost = journal.Attempts.Where(attempt => attempt.Last && attempt.Outcome != AttemptOutcome.Ok).ToList();
            return new Losses(journal.Attempts.Count, lost.Count, lost.Count == 0 ? TimeSpan.Zero : lost.Max(attempt => attempt.At) - at);
        }
        finally
        {
            await LostNode.Restart(cluster, node);
            await cluster.Api.Delete(address, TimeSpan.Zero, CancellationToken.None);
        }
    }

    private static async Task<ProbeJournal> Journal(LiveCluster cluster, ResourceAddress pod, CancellationToken cancellationToken) =>
        ProbeJournal.Read((await cluster.Api.Logs(Fleet.Namespace, pod.Name, null, false, cancellationToken)).Split('\n'));

    /// <param name="Until">From the node's end to the last lost query.</param>
    private sealed record Losses(int Asked, int Lost, TimeSpan Until)
    {
        public override string ToString() =>
            $"{Lost} of {Asked} lost, the last {Until.TotalSeconds:0.0} s after the node died";
    }
}

/// <summary>Measured times, shortest first.</summary>
internal sealed record MeasuredTimes(IReadOnlyList<TimeSpan> Times)
{
    public static MeasuredTimes Of(IEnumerable<TimeSpan> times) => new([.. times.Order()]);

    /// <summary>The share of times that are at most this long.</summary>
    public double Share(TimeSpan within) => Times.Count(time => time <= within) / (double)Times.Count;

    /// <summary>The quantile (nearest rank).</summary>
    public TimeSpan Quantile(double share) => Times[Math.Max(0, (int)Math.Ceiling(share * Times.Count) - 1)];

    public override string ToString() =>
        $"median {Quantile(0.5).TotalSeconds:0.0} s, 90 % {Quantile(0.9).TotalSeconds:0.0} s, longest {Times[^1].TotalSeconds:0.0} s " +
            $"[{string.Join(' ', Times.Select(time => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)))}]";
}
