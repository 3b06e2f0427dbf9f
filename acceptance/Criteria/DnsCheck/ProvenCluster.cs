using PlatformGitOps.Generator.Apps.DnsCheck;

namespace PlatformGitOps.Acceptance.Criteria.DnsCheck;

/// <summary>The cluster with a DNS check on every node, from the generated tree, delivered once in a run.</summary>
internal static class ProvenCluster
{
    public static readonly ResourceAddress DaemonSet = ResourceKind.DaemonSet.Named(DnsCheckNames.Name, DnsCheckNames.Namespace);

    private static readonly OncePerCluster<LiveCluster> Delivered = new();

    public static async Task<LiveCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Tree.DnsCheck.Count > 0)
        {
            return cluster;
        }

        cluster.NeedsDelivery();
        var small = SuiteSettings.Current.SmallImage;
        var image = await ProberImage.TryBring(cluster, DnsCheckSettings.DefaultImage, cancellationToken) is not null
            ? DnsCheckSettings.DefaultImage
            : await ProberImage.TryBring(cluster, small, cancellationToken) is not null ? small : null;
        cluster.Needs(image is not null,
            $"neither {DnsCheckSettings.DefaultImage} nor {small} is on this machine; pull one of them, or name another in the setting " +
                "small-image");
        return await Delivered.Of(cluster.Role, () => Deliver(cluster, image!, CancellationToken.None), cancellationToken);
    }

    public static async Task Remove(string role, CancellationToken cancellationToken)
    {
        if (Delivered.Take(role) is { } cluster)
        {
            await cluster.Api.Delete(DaemonSet, null, cancellationToken);
        }
    }

    /// <summary>The platform with the check in every cluster that lacks it.</summary>
    /// <param name="image">An image that the nodes can pull; null for the default.</param>
    public static Platform Switched(Platform platform, string? image) => platform.InEachCluster(cluster => cluster with
    {
        Applications = cluster.Applications.SetItem(
            DnsCheckNames.Name,
            cluster.Of<DnsCheckSettings>()
                ?? new DnsCheckSettings(image ?? DnsCheckSettings.DefaultImage, [DomainName.Parse(UpstreamDns.ExternalName)])),
    });

    /// <summary>A pod on every node resolves the names, and older pods have ended.</summary>
    public static Task Resolves(LiveCluster cluster, CancellationToken cancellationToken) => Rollout.Done(
        cluster.Api, DaemonSet, "the names resolve on every node", TimeSpan.FromSeconds(120), cancellationToken,
        async (daemons, token) =>
        {
            var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, token)).Count;
            daemons.Number("status.desiredNumberScheduled").ShouldBe(nodes, "nodes that ask");
            daemons.Number("status.numberReady").ShouldBe(nodes, "nodes on which the names resolve");
        });

    public static Task<IReadOnlyList<Resource>> Pods(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Api.List(ResourceKind.Pod, DnsCheckNames.Namespace, $"{DnsCheckNames.AppLabel}={DnsCheckNames.Name}", cancellationToken);

    private static Task<LiveCluster> Deliver(LiveCluster cluster, string image, CancellationToken cancellationToken) =>
        cluster.Deliver(Switched(cluster.Platform, image), cancellationToken);
}
