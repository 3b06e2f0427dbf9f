namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Controller manager and scheduler, by their Leases.</summary>
public static class ControlPlane
{
    private static readonly ResourceAddress[] Leases =
        [ResourceKind.Lease.Named("kube-controller-manager", "kube-system"), ResourceKind.Lease.Named("kube-scheduler", "kube-system")];

    /// <summary>
    /// Waits until each Lease is renewed. After an outage of the API server this can take half a minute: both lose their Leases and
    /// restart, and without a leader no controller removes a deleted pod from its Service. A control plane with one instance may have no
    /// Lease.
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
            async token => (await cluster.Require(lease, token)).Text("spec.renewTime")
                .ShouldNotBe(last, $"{lease} is not renewed, {seen.Text("spec.holderIdentity")} held it"),
            "controller manager and scheduler renew their Leases",
            cancellationToken);
    }
}
