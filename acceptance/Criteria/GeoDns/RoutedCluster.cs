using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>The cluster with geographic routing, from the generated tree, delivered once in a run.</summary>
internal static class RoutedCluster
{
    public const string Zone = "geo.acceptance.example";

    /// <summary>The region of the clients inside of the cluster, and the other one, which is first for all others.</summary>
    public const string Near = "near";
    public const string Far = "far";

    public static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named(GeoDnsNames.Name, GeoDnsNames.Namespace);

    private static readonly OncePerCluster<ChangedCluster> Delivered = new();

    public static async Task<LiveCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsDelivery();
        var image = SuiteSettings.Current.ControllerImage;
        cluster.Needs(await ProberImage.TryBring(cluster, image, cancellationToken) is not null,
            $"the image {image} is not on this machine; build it with controller/build-image, or name another in the setting " +
                "controller-image");
        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await ProberImage.TryBring(cluster, GeoDnsSettings.DefaultCoreDnsImage, cancellationToken);
        var (_, delivered) = await Delivered.Of(
            cluster.Role, async () => new(cluster, await Deliver(cluster, CancellationToken.None)), cancellationToken);
        await RolledOut(delivered, cancellationToken);
        return delivered;
    }

    public static async Task Remove(string role, CancellationToken cancellationToken)
    {
        if (Delivered.Take(role) is not var (before, cluster))
        {
            return;
        }

        if (before.Tree.GeoDns.Count > 0)
        {
            // The definition has it too, with other regions.
            await before.Deliver(cancellationToken);
            return;
        }

        foreach (var resource in cluster.Tree.GeoDns)
        {
            await cluster.Api.Delete(ResourceKind.Of(resource).Named(resource.Name, resource.Namespace), null, cancellationToken);
        }
    }

    /// <summary>
    /// The platform with geographic routing in every cluster, with the suite's zone and regions: a definition's addresses are not
    /// reachable.
    /// </summary>
    public static Platform Switched(Platform platform) => platform.InEachCluster(cluster => cluster with
    {
        Applications = cluster.Applications.SetItem(
            GeoDnsNames.Name,
            cluster.Of<GeoDnsSettings>() is { } given
                ? Settings(cluster) with
                {
                    CoreDnsImage = given.CoreDnsImage,
                    Replicas = given.Replicas,
                    ServiceType = given.ServiceType,
                    Resources = given.Resources,
                }
                : Settings(cluster)),
    });

    public static Task RolledOut(LiveCluster cluster, CancellationToken cancellationToken) => Rollout.Done(
        cluster.Api, Deployment, "the servers of geographic DNS have zones", TimeSpan.FromSeconds(180), cancellationToken);

    private static GeoDnsSettings Settings(Cluster cluster) => new()
    {
        Zone = DomainName.Parse(Zone),
        Image = SuiteSettings.Current.ControllerImage,
        Regions = [Region(Far, []), Region(Near, [cluster.Pods]) with { Clusters = [cluster.Name] }],
        ServiceType = "NodePort",
    };

    private static GeoDnsRegion Region(string name, Cidr[] networks) => new()
    {
        Name = DnsLabel.Parse(name),
        Clusters = [],
        Networks = [.. networks],
    };

    private static Task<LiveCluster> Deliver(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Deliver(Switched(cluster.Platform), cancellationToken);
}
