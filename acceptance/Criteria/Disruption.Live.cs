using System.Globalization;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class DisruptionCriterion
{
    private const string NoFailure =
        "every query of probers on each node, three ways of asking at a steady pace: no client may see a failure";

    [LiveCheck("Disruption.5", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static Task Restart(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.RollingRestart(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.6", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static Task Scale(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.Scale(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.7", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static Task Corefile(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.ChangeCorefile(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.8", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static async Task Drain(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Cluster.Capabilities.WorkerNodes >= 2, "a node can only be drained where another takes its pods");
        foreach (var node in (await cluster.DnsPods(cancellationToken)).Select(pod => pod.Text("spec.nodeName")!).Distinct().ToList())
        {
            await Judge(cluster, LossBudget.Zero, [node], (run, token) => Disturb.Drain(cluster, node, run, token), cancellationToken);
        }
    }

    [LiveCheck("Disruption.9", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static Task Evictions(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.EvictionStorm(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.10", NoFailure, Disruptive = true, ZeroLoss = true)]
    public static Task ApiServer(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(
            cluster.Cluster.Capabilities.ApiServerIsStaticPod,
            "the API server can only be stopped by itself where it is a static pod of a node on this machine");
        return Judge(cluster, LossBudget.Zero, [], (run, token) => Disturb.StopApiServer(cluster, run, token), cancellationToken);
    }

    [LiveCheck("Disruption.11", "the lost time on each way of asking", Disruptive = true)]
    public static Task ForceDeletion(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, Lost(5), [], (run, token) => Disturb.ForceDelete(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.12", "the lost time on each way of asking", Disruptive = true)]
    public static Task ProcessKill(LiveCluster cluster, CancellationToken cancellationToken) =>
        Judge(cluster, Lost(10), [], (run, token) => Disturb.KillProcess(cluster, run, token), cancellationToken);

    [LiveCheck("Disruption.13", "the lost time on each way of asking, on the nodes that stay", Disruptive = true)]
    public static Task NodeStop(LiveCluster cluster, CancellationToken cancellationToken) =>
        LoseNode(cluster, atOnce: false, cancellationToken);

    [LiveCheck("Disruption.14", "the lost time on each way of asking, on the nodes that stay", Disruptive = true)]
    public static Task NodeKill(LiveCluster cluster, CancellationToken cancellationToken) =>
        LoseNode(cluster, atOnce: true, cancellationToken);

    private static async Task LoseNode(LiveCluster cluster, bool atOnce, CancellationToken cancellationToken)
    {
        cluster.Needs(
            cluster.Cluster.Capabilities is { NodesAreContainers: true, WorkerNodes: >= 2 },
            "a node can only be lost where the nodes are containers on this machine");
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var workers = nodes.Where(node => !Clusters.Nodes.IsControlPlane(node)).Select(node => node.Name).ToHashSet();
        var node = (await cluster.DnsPods(cancellationToken)).Select(pod => pod.Text("spec.nodeName")!).First(workers.Contains);
        // 40 to 50 s until the node counts as not ready and its endpoint goes; single TCP connections fail for longer, because
        // conntrack keeps half-open entries to the dead pod for up to 120 s and kube-proxy clears only UDP's (measured: 37 s, 69 s).
        await Judge(cluster, Lost(90), [node], (run, token) => Disturb.LoseNode(cluster, node, atOnce, run, token), cancellationToken);
        await NodesReady(cluster, cancellationToken);
    }

    internal static LossBudget Lost(int seconds) => new() { LostTime = TimeSpan.FromSeconds(seconds) };

    internal static async Task Judge(
        LiveCluster cluster, LossBudget budget, IReadOnlyList<string> lost, Func<DisruptionRun, CancellationToken, Task> disturb,
        CancellationToken cancellationToken, TimeSpan? cadence = null) =>
        (await Measure(cluster, budget, lost, disturb, cancellationToken, cadence)).Verdict.Breaches.ShouldBeEmpty();

    internal static async Task<DisruptionEvidence> Measure(
        LiveCluster cluster, LossBudget budget, IReadOnlyList<string> lost, Func<DisruptionRun, CancellationToken, Task> disturb,
        CancellationToken cancellationToken, TimeSpan? cadence = null, IReadOnlyList<string>? more = null)
    {
        var evidence = await new DisruptionRun(cluster, cadence, more).Measure(budget, lost, disturb, cancellationToken);
        foreach (var via in evidence.Report.Transports)
        {
            await TestContext.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{via.Via}: {via.Queries} queries, {via.LostPackets} packets lost, {via.Retried} retried, {via.Failures} failed, "
                + $"lost time {via.LostTime.TotalSeconds:0.0} s, "
                + $"p50 {via.P50.TotalMilliseconds:0.0} ms, p99 {via.P99.TotalMilliseconds:0.0} ms"));
        }

        return evidence;
    }

    private static Task NodesReady(LiveCluster cluster, CancellationToken cancellationToken) => Waiting.Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token => (await cluster.Api.List(ResourceKind.Node, null, null, token)).ShouldAllBe(node => Clusters.Nodes.IsReady(node)),
        "the node comes back",
        cancellationToken);
}
