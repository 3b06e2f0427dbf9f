using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The DNS health controller of a cluster (docs/health-controller.md).</summary>
public sealed record HealthControllerSettings
{
    private static readonly HealthControllerSettings Standard = new() { Image = PublishedImage.Controller };

    /// <summary>Repository and tag, with or without a digest.</summary>
    public required string Image { get; init; }

    /// <summary>True to run a Job instead that restores all endpoints: the step before the removal.</summary>
    public bool Release { get; init; }

    /// <summary>True if CoreDNS's own pods are health-checked too.</summary>
    public bool CoreDns { get; init; }

    /// <summary>One is the leader, the others are standbys; with several shards each leads some of them.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>Each shard has its own leader; each namespace belongs to one shard.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>No CPU limit: a throttled controller probes late, and late results are ignored.</summary>
    public ResourceSettings Resources { get; init; } = new()
    {
        CpuRequest = Quantity.Parse("50m"),
        MemoryRequest = Quantity.Parse("64Mi"),
        MemoryLimit = Quantity.Parse("256Mi"),
    };

    /// <summary>How many endpoints of a Service may fail for 15 minutes without an alert.</summary>
    public int AlertAbove { get; init; }

    /// <summary>The namespaces that it watches; empty for all.</summary>
    public ImmutableArray<DnsLabel> Namespaces { get; init; } = [];

    /// <summary>Networks in which Services without a selector may have addresses; empty if it writes no EndpointSlices.</summary>
    public ImmutableArray<Cidr> EndpointSliceNetworks { get; init; } = [];

    /// <summary>Networks that are never probed, in addition to the built-in ones.</summary>
    public ImmutableArray<Cidr> DeniedNetworks { get; init; } = [];

    /// <summary>Addresses of the API server; empty if unknown.</summary>
    public ImmutableArray<Cidr> ApiServer { get; init; } = [];

    /// <summary>The controller's image in a cluster, even if the controller is off; the published image comes from the mirror.</summary>
    public static string ImageIn(Cluster cluster) =>
        ImageIn(cluster, cluster.HealthController?.Image ?? Standard.Image);

    /// <summary>The controller's image from another key.</summary>
    public static string ImageIn(Cluster cluster, string written) => cluster.Workloads.ImageOf(written, Standard.Image);

    /// <summary>Null if the controller is off.</summary>
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
