using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Controller manager and scheduler, as far as their Leases tell of them.</summary>
public static class ControlPlane
{
    private static readonly ResourceAddress[] Leases =
        [ResourceKind.Lease.Named("kube-controller-manager", "kube-system"), ResourceKind.Lease.Named("kube-scheduler", "kube-system")];

    /// <summary>
    /// Each Lease is renewed while this looks. After an outage of the API server it can take half a minute until they are: both lose their
    /// Leases by it and restart. Without a leader nobody takes a pod that is gone out of its Service. A Lease that a control plane does not
    /// have (it needs none where there is one instance) says nothing.
    /// </summary>
    public static Task Acts(LiveCluster cluster, CancellationToken cancellationToken) =>
        Task.WhenAll(Leases.Select(lease => Renewed(cluster, lease, cancellationToken)));

    private static async Task Renewed(LiveCluster cluster, ResourceAddress lease, CancellationToken cancellationToken)
    {
        if (await cluster.Api.Get(lease, cancellationToken) is not { } seen)
        {
            return;
        }

        var last = seen.Text("spec.renewTime");
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token => (await cluster.Require(lease, token)).Text("spec.renewTime").ShouldNotBe(last, $"{lease} is not renewed, {seen.Text("spec.holderIdentity")} held it"),
            "controller manager and scheduler act",
            cancellationToken);
    }
}
