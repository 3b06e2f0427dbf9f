using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A time in which no CoreDNS runs.</summary>
public static class Outage
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    /// <summary>Does something while there is no DNS; returns once there is again.</summary>
    public static async Task While(LiveCluster cluster, Func<CancellationToken, Task> doing, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas");
        try
        {
            await Replicas(cluster, 0, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token => (await cluster.DnsPods(token)).ShouldBeEmpty("DNS pods that still answer"),
                "nothing answers DNS any more",
                cancellationToken);
            await doing(cancellationToken);
        }
        finally
        {
            await Replicas(cluster, replicas!.Value, CancellationToken.None);
        }

        await Rollout.Done(cluster, cancellationToken);
    }

    private static Task Replicas(LiveCluster cluster, int replicas, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Deployment, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, cancellationToken);
}
