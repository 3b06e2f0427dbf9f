using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The DNS health controller of a cluster that has switched it on (docs/health-controller.md).</summary>
public sealed record HealthControllerSettings
{
    private static readonly HealthControllerSettings Standard = new() { Image = PublishedImage.Controller };

    /// <summary>Repository and tag, with or without a digest.</summary>
    public required string Image { get; init; }

    /// <summary>Whether a Job runs in its place that restores everything: the step before it goes.</summary>
    public bool Release { get; init; }

    /// <summary>Whether CoreDNS's own pods are among the endpoints that it removes.</summary>
    public bool CoreDns { get; init; }

    /// <summary>One acts, the others stand by; with several shards each acts for some of them.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>Each has a leader of its own, and each namespace is in one of them.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Without a limit of CPU: a throttled controller probes late, and late results do not count.</summary>
    public ResourceSettings Resources { get; init; } = new()
    {
        CpuRequest = Quantity.Parse("50m"),
        MemoryRequest = Quantity.Parse("64Mi"),
        MemoryLimit = Quantity.Parse("256Mi"),
    };

    /// <summary>How many endpoints of one Service may fail for a quarter of an hour without an alert.</summary>
    public int AlertAbove { get; init; }

    /// <summary>The namespaces that it watches; none means all.</summary>
    public ImmutableArray<DnsLabel> Namespaces { get; init; } = [];

    /// <summary>Where Services without a selector may have addresses; none means that it writes no EndpointSlices.</summary>
    public ImmutableArray<Cidr> EndpointSliceNetworks { get; init; } = [];

    /// <summary>Never probed, beside the networks that the controller has built in.</summary>
    public ImmutableArray<Cidr> DeniedNetworks { get; init; } = [];

    /// <summary>Where the API server is; none means that nobody said.</summary>
    public ImmutableArray<Cidr> ApiServer { get; init; } = [];

    /// <summary>The controller's image in a cluster, also where the controller is off: the published one comes from the mirror.</summary>
    public static string ImageIn(Cluster cluster) =>
        ImageIn(cluster, cluster.HealthController?.Image ?? Standard.Image);

    /// <summary>An image that another key gives the controller.</summary>
    public static string ImageIn(Cluster cluster, string written) => cluster.Workloads.ImageOf(written, Standard.Image);

    /// <summary>Null where the controller is off.</summary>
    internal static HealthControllerSettings? Bind(Section section)
    {
        ImmutableArray<Cidr> Ranges(string name, string description) => section.List(
            name, Forms.Range with { Example = "192.168.20.0/24" }, (0, 50, DefinitionRules.HealthControllerCount), description) ?? [];

        var enabled = section.Switch("enabled", false, $"Whether the DNS health controller runs ({Docs.Page("health-controller.md")}).");
        var settings = new HealthControllerSettings
        {
            Image = section.Text("image", Forms.Image, Standard.Image,
                "The controller's image; the default is published with each release."),
            Release = section.Switch("release", Standard.Release,
                "Whether, in place of the controller, a Job runs that restores everything to DNS: the step before it is switched off."),
            CoreDns = section.Switch("coreDns", Standard.CoreDns,
                "Whether CoreDNS's own pods are under it. In a running cluster one rollout after enabled: the pods must carry the label " +
                    "before the Service selects it."),
            Replicas = section.Number("replicas", Standard.Replicas, 2, 9,
                "How many instances run, each on its own node; one acts, or with shards each for its own."),
            Shards = section.Number("shards", Standard.Shards, 1, 32,
                "Into how many parts the namespaces are divided, each with a leader of its own: for more endpoints than one instance can " +
                    "probe. Two to four times the replicas spread them evenly."),
            Resources = section.Mapping("resources", "Requests and limits of an instance.",
                resources => ResourceSettings.Bind(resources, Standard.Resources)),
            AlertAbove = section.Number("alertAbove", Standard.AlertAbove, 0, 10_000,
                "How many endpoints of one Service may fail for a quarter of an hour before DNSHealthControllerEndpointsUnhealthy fires."),
            Namespaces = section.List("namespaces", Forms.Label with { Example = "shop" }, (0, 200, DefinitionRules.HealthControllerCount),
                "The only namespaces that it watches, each with a Role instead of the ClusterRole; they must exist.", absent: "all") ?? [],
            EndpointSliceNetworks = Ranges("endpointSliceNetworks",
                "Networks outside of the cluster: Services without a selector may have their addresses checked and published. Without " +
                    "this key, removal endpoint-slices and its rights are off."),
            DeniedNetworks = Ranges("deniedNetworks",
                "Networks that are never probed, beside loopback, link-local, multicast and the clouds' metadata addresses."),
            ApiServer = Ranges("apiServer",
                "The addresses of the API server as ranges, such as 192.168.1.10/32. No Service may declare them, and with networkPolicy " +
                    "kubernetes the controller may then connect to the cluster and to endpointSliceNetworks only."),
        };
        return enabled ? settings : null;
    }
}
