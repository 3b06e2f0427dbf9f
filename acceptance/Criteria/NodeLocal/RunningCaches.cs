using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

/// <summary>The caches in a running cluster, and the losses when they or CoreDNS are replaced.</summary>
[ChecksOf(typeof(NodeLocalCriterion))]
public static class RunningCaches
{
    private static readonly ResourceAddress Upstream =
        ResourceKind.Service.Named(NodeLocalDnsNames.UpstreamService, NodeLocalDnsNames.Namespace);

    private const int Asked = 20;
    private const int CoreDnsMetrics = 9153;
    private const string Requests = "coredns_dns_requests_total";
    private const string Hits = "coredns_cache_hits_total";

    private const string NoFailure =
        "every query of probers on each node, three ways of asking at a steady pace: no client may see a failure";

    [LiveCheck("NodeLocal.1",
        "the pods of the DaemonSet, and the counters of a node's cache before and after 20 queries of one of its pods", Disruptive = true)]
    public static async Task OnEveryNode(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await CachedCluster.RolledOut(cluster, cancellationToken);
        await ClientPods.Ensure(cluster, cancellationToken);
        var client = await cluster.Require(ResourceKind.Pod.Named(Ask.ByHand, ClientPods.Namespace), cancellationToken);
        var node = client.Text("spec.nodeName");
        var cache = (await CachedCluster.Pods(cluster, cancellationToken)).Single(pod => pod.Text("spec.nodeName") == node);
        var before = await Metrics(cluster, [cache], NodeLocalDnsNames.MetricsPort, cancellationToken);
        // With the health controller, cluster names are cached for a second, which one query can take on a busy machine.
        var name = cluster.HasUpstream ? UpstreamDns.ExternalName : $"kubernetes.default.svc.{cluster.Domain}";
        for (var query = 0; query < Asked; query++)
        {
            (await Ask.From(cluster, Ask.ByHand, $"{name}.{cluster.AddressType}", cancellationToken, "--via", "udp"))
                .ShouldAllBe(answer => answer.Outcome == "ok");
        }

        var after = await Metrics(cluster, [cache], NodeLocalDnsNames.MetricsPort, cancellationToken);
        var (asked, hits) = (after.Sum(Requests) - before.Sum(Requests), after.Sum(Hits) - before.Sum(Hits));
        EvidenceLog.Observed(
            $"{cache.Name}: {asked} requests, {hits} answered from the cache");
        asked.ShouldBeGreaterThanOrEqualTo(Asked, "queries went past the cache");
        hits.ShouldBeGreaterThanOrEqualTo(Asked / 2, "the cache kept too little");
    }

    [LiveCheck("NodeLocal.2", "the names that AC2.3 to AC2.9 ask for, asked by the same clients")]
    public static async Task Names(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await AC2Resolution.ServiceNames(cluster, cancellationToken);
        await AC2Resolution.PodNames(cluster, cancellationToken);
        await AC2Resolution.Caching(cluster, cancellationToken);
        await AC2Resolution.Headless(cluster, cancellationToken);
        await AC2Resolution.Srv(cluster, cancellationToken);
        await AC2Resolution.Reverse(cluster, cancellationToken);
        if (cluster.HasUpstream)
        {
            await AC2Resolution.ExternalNames(cluster, cancellationToken);
        }
    }

    [LiveCheck("NodeLocal.3", "the counters of CoreDNS's pods by protocol, before and after 20 texts that no cache has", Disruptive = true)]
    public static async Task OverTcp(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await ClientPods.Ensure(cluster, cancellationToken);
        var pods = await cluster.StayingDnsPods(cancellationToken);
        var before = await Metrics(cluster, pods, CoreDnsMetrics, cancellationToken);
        var run = Guid.NewGuid().ToString("n")[..8];
        for (var query = 0; query < Asked; query++)
        {
            var name = $"nobody-{run}-{query}.default.svc.{cluster.Domain}./TXT";
            (await Ask.From(cluster, Ask.ByHand, name, cancellationToken, "--via", "udp"))
                .ShouldAllBe(answer => answer.Outcome == "nxdomain", "the cache did not reach CoreDNS");
        }

        var after = await Metrics(cluster, pods, CoreDnsMetrics, cancellationToken);
        var (tcp, udp) = (Grown("tcp"), Grown("udp"));
        EvidenceLog.Observed($"CoreDNS: {tcp} requests over TCP, {udp} over UDP");
        tcp.ShouldBeGreaterThanOrEqualTo(Asked, "queries reached CoreDNS in another way");
        udp.ShouldBe(0, "queries reached CoreDNS over UDP");

        // The health controller queries each pod over UDP, bypassing the caches.
        double Grown(string protocol) =>
            after.OfTexts.Sum(Requests, $"proto=\"{protocol}\"") - before.OfTexts.Sum(Requests, $"proto=\"{protocol}\"");
    }

    [LiveCheck("NodeLocal.4", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static async Task RestartOfCoreDns(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await DisruptionCriterion.Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.RollingRestart(cluster, run, token),
            cancellationToken);
    }

    [LiveCheck("NodeLocal.5", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static async Task RestartOfTheCaches(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await DisruptionCriterion.Judge(
            cluster, LossBudget.Zero, [],
            async (run, token) =>
            {
                run.Note(NodeLocalDnsNames.Name, "rolling restart");
                await CachedCluster.Restart(cluster, token);
            },
            cancellationToken);
    }

    [LiveCheck("NodeLocal.6", "the lost time on each way of asking", Disruptive = true)]
    public static async Task Kill(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await DisruptionCriterion.Judge(
            cluster, DisruptionCriterion.Lost(10), [],
            async (run, token) =>
            {
                var pods = await CachedCluster.Pods(cluster, token);
                var (pod, process) = (await NodeProcesses.Of(cluster, pods, CachedCluster.Process, token, CachedCluster.Container))[0];
                run.Note(pod.Name, "process killed");
                await cluster.Engine.Exec(
                    process.Node, ["sh", "-c", $"kill -9 {process.Id}"], token);
                await CachedCluster.RolledOut(cluster, token);
            },
            cancellationToken);
    }

    /// <summary>
    /// A stopping cache deletes its interface first, and then its rules one by one: until the last is deleted, queries of its node are
    /// neither answered nor translated (node-cache 1.26.7, TeardownNetworking).
    /// </summary>
    [LiveCheck("NodeLocal.7", "the lost time on each way of asking", Disruptive = true)]
    public static async Task SwitchedOff(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Tree.NodeLocalDns.Count == 0, "the definition wants the caches");
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await DisruptionCriterion.Judge(
            cluster, DisruptionCriterion.Lost(20), [],
            async (run, token) =>
            {
                run.Note(NodeLocalDnsNames.Name, "switched off");
                await CachedCluster.Remove(cluster.Role, token);
            },
            cancellationToken);
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Changed(
            "caches on nodes without a taint alone", "NodeLocal.1", "nodes that get a cache",
            CachedCluster.DaemonSet, "spec.template.spec.tolerations", _ => new JsonArray()),
        // Open connections survive when their pod leaves the Service; new caches have none.
        LiveSabotage.Changed(
            "the cache asks nobody", "NodeLocal.3", "did not reach CoreDNS",
            Upstream, "spec.selector", _ => new JsonObject { [CoreDnsNames.AppLabel] = "other" }, CachedCluster.Restart),
    ];

    private static async Task<Series> Metrics(
        LiveCluster cluster, IReadOnlyList<Resource> pods, int port, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        foreach (var pod in pods)
        {
            var answer = await ProbeOrigin.FromMonitoring(cluster, pod, port, "/metrics", cancellationToken);
            answer.Status.ShouldBe(200, $"{pod.Name}: {answer.Body}");
            texts.Add(answer.Body);
        }

        return new Series(string.Join('\n', texts));
    }

    /// <summary>Metrics in Prometheus' text format.</summary>
    private sealed record Series(string Text)
    {
        /// <summary>The series of queries for TXT records.</summary>
        public Series OfTexts => new(string.Join(
            '\n', Text.Split('\n').Where(line => line.Contains("type=\"TXT\""))));

        /// <summary>The sum of the series with this name and label.</summary>
        public double Sum(string name, string label = "") => MetricsText.Sum(Text, name, label);
    }
}
