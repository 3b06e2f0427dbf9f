using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.DnsCheck;

public static partial class DnsCheckCriterion
{
    /// <summary>Seconds after which a node without DNS is not ready.</summary>
    private const int Unready = 30;

    [LiveCheck("DnsCheck.1", "the status of the DaemonSet, and the number of nodes", Disruptive = true)]
    public static async Task OnEveryNode(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
    }

    [LiveCheck("DnsCheck.2", "what the command of the readiness probe prints in each pod", Disruptive = true)]
    public static async Task Names(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
        var command = (await cluster.Require(ProvenCluster.DaemonSet, cancellationToken))
            .Texts($"{Pod}.containers[0].{Probe}");
        foreach (var pod in await ProvenCluster.Pods(cluster, cancellationToken))
        {
            var answer = await cluster.Api.Exec(pod.Namespace!, pod.Name, null, command, cancellationToken);
            EvidenceLog.Observed($"{pod.Text("spec.nodeName")}: {answer.Output}");
            foreach (var name in Wanted(cluster.Tree.Definition))
            {
                answer.Output.ShouldContain(name.TrimEnd('.'), Case.Sensitive, $"{pod.Name} does not ask for it");
            }
        }
    }

    [LiveCheck("DnsCheck.3",
        "the status of the DaemonSet while no CoreDNS runs, and after; where each node has a cache, its pods stay ready",
        Disruptive = true)]
    public static async Task Ready(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
        // The limit of the probe that runs, and what the kubelet and the API server take to say so.
        var limit = TimeSpan.FromSeconds(2 * Unready);
        await Outage.While(
            cluster,
            // A cache on the node answers for an hour with what it has: names resolve for its pods, so the node is ready.
            token => cluster.Tree.NodeLocalDns.Count > 0
                ? Throughout.For(limit, inner => AllReady(cluster, inner), "the caches answer in place of CoreDNS", token)
                : Eventually.Within(
                    limit,
                    async inner => (await cluster.Require(ProvenCluster.DaemonSet, inner)).Number("status.numberReady")
                        .ShouldBe(0, "nodes that are ready without DNS"),
                    "no node is ready without DNS",
                    token),
            cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
    }

    private static async Task AllReady(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var daemons = await cluster.Require(ProvenCluster.DaemonSet, cancellationToken);
        daemons.Number("status.numberReady").ShouldBe(daemons.Number("status.desiredNumberScheduled"), "nodes on which the names resolve");
    }
}
