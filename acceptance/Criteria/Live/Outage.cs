using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A time in which no CoreDNS runs.</summary>
public static class Outage
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    /// <summary>Runs an action while no CoreDNS runs; returns when CoreDNS serves again.</summary>
    public static async Task While(LiveCluster cluster, Func<CancellationToken, Task> doing, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas");
        try
        {
            await Replicas(cluster, 0, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token => (await cluster.DnsPods(token)).ShouldBeEmpty("DNS pods that still answer"),
                "no pod answers DNS",
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
        cluster.Api.Patch(Deployment, JsonPath.Patch("spec.replicas", replicas), cancellationToken);
}
