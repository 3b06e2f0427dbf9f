using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

public static partial class Disturb
{
    /// <summary>Cordons a node and evicts what a drain evicts, waiting for the budget as kubectl drain does.</summary>
    public static async Task Drain(LiveCluster cluster, string node, DisruptionRun run, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Node.Named(node);
        run.Note(node, "drain");
        await cluster.Api.Patch(address, JsonPath.Patch("spec.unschedulable", true), cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token =>
                {
                    var left = await Evictable(cluster, node, token);
                    foreach (var pod in left.Where(pod => pod.Text("metadata.deletionTimestamp") is null))
                    {
                        await cluster.Api.Evict(pod.Namespace!, pod.Name, token);
                    }

                    left.Select(pod => pod.Name).ShouldBeEmpty($"pods that {node} still has");
                },
                $"{node} is drained",
                cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }
        finally
        {
            await cluster.Api.Patch(
                address, JsonPath.Patch("spec.unschedulable", null), CancellationToken.None);
        }
    }

    /// <summary>Stops a node, and starts it again after its pods were replaced.</summary>
    public static async Task LoseNode(LiveCluster cluster, string node, bool atOnce, DisruptionRun run, CancellationToken cancellationToken)
    {
        run.Note(node, atOnce ? "killed" : "stopped", ClusterEventKind.NodeStopped);
        await (atOnce ? cluster.Engine.Kill(node, cancellationToken) : cluster.Engine.Stop(node, cancellationToken));
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token =>
                {
                    var slices = await cluster.Api.List(
                        ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token);
                    var ready = slices.SelectMany(slice => slice.Parts("endpoints"))
                        .Where(endpoint => endpoint.Flag("conditions.ready") == true).ToList();
                    ready.ShouldNotContain(endpoint => endpoint.Text("nodeName") == node, "the lost node's pod is still sent queries");
                    ready.Select(endpoint => endpoint.Text("targetRef.name")).Distinct().Count()
                        .ShouldBe(await Rollout.Replicas(cluster, token), "pods that serve");
                },
                "the pods of a lost node are replaced",
                cancellationToken);
        }
        finally
        {
            await cluster.Engine.Start(node, CancellationToken.None);
            run.Note(node, "started again");
        }
    }

    /// <summary>As kubectl drain --ignore-daemonsets: pods with a controller other than a DaemonSet.</summary>
    private static async Task<IReadOnlyList<Resource>> Evictable(LiveCluster cluster, string node, CancellationToken cancellationToken) =>
        [.. (await cluster.Api.List(ResourceKind.Pod, null, null, cancellationToken)).Where(pod =>
            pod.Text("spec.nodeName") == node && pod.Text("metadata.ownerReferences[0].kind") is { } owner
                && owner is not ("DaemonSet" or "Node"))];
}
