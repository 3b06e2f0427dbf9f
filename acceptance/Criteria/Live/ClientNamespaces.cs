using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// What looking leaves in a cluster of somebody else: the namespaces of the pods that ask, and the one that asks for the monitoring.
/// </summary>
internal static class ClientNamespaces
{
    private static readonly string[] Namespaces = [ClientPods.Namespace, EgressTrial.Namespace, DisruptionRun.Namespace,
        BootstrapCriterion.Namespace];

    public static async Task Remove(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var name in Namespaces)
        {
            await cluster.Api.Delete(ResourceKind.Namespace.Named(name), null, cancellationToken);
        }

        await cluster.Api.Delete(
            ResourceKind.Pod.Named(ProbeOrigin.Monitoring, cluster.Tree.Settings["MONITORING_NAMESPACE"]), null, cancellationToken);
    }
}
