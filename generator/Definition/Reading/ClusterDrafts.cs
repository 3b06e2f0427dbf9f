using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Definition.Shapes;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>From the list of clusters, and the defaults behind it, to drafts.</summary>
internal static class ClusterDrafts
{
    /// <summary>Kubernetes installers, kubeadm among them, give the cluster's DNS the tenth address of the service range.</summary>
    public const int DnsOffset = 10;

    private static readonly Upstream[] CloudflareFour = [new(IPAddress.Parse("1.1.1.1")), new(IPAddress.Parse("1.0.0.1"))];
    private static readonly Upstream[] CloudflareSix = [new(IPAddress.Parse("2606:4700:4700::1111")), new(IPAddress.Parse("2606:4700:4700::1001"))];

    public static IReadOnlyList<ClusterDraft> Read(Mapping root, IReadOnlySet<Node> faulty)
    {
        var defaults = new View(PlatformShapes.Defaults, root["defaults"], null, faulty, root.Position);
        return root["clusters"] is Sequence clusters
            ? [.. clusters.Items.OfType<Mapping>().Select(cluster => Draft(new View(PlatformShapes.Cluster, cluster, defaults, faulty, cluster.Position)))]
            : [];
    }

    private static ClusterDraft Draft(View cluster)
    {
        var (network, dns, healthController) = (cluster.Object("network"), cluster.Object("dns"), cluster.Object("healthController"));
        var services = network.Value<Cidr>("services", Cidr.TryParse);
        return new ClusterDraft
        {
            Position = cluster.Position,
            WrittenName = cluster.Written("name"),
            Name = cluster.Value<DnsLabel>("name", DnsLabel.TryParse),
            Domain = cluster.Value<DnsName>("domain", DnsName.TryParse),
            Pods = network.Value<Cidr>("pods", Cidr.TryParse),
            Services = services,
            Nodes = network.Value<Cidr>("nodes", Cidr.TryParse),
            Isolated = network.Switch("isolated")?.Value ?? false,
            HasClusterIP = dns.Has("clusterIP"),
            ClusterIP = dns.Has("clusterIP") ? dns.Value<IPAddress>("clusterIP", IpText.TryParse) : Tenth(services),
            Replicas = dns.Number("replicas"),
            MinAvailable = dns.Number("minAvailable"),
            Upstreams = dns.Has("upstreams") ? dns.List<Upstream>("upstreams", Upstream.TryParse) : Cloudflare(services, dns.Position),
            Resources = Resources(dns.Object("resources")),
            Autoscaling = dns.Object("autoscaling"),
            Log = dns.Text("log"),
            NetworkPolicy = cluster.Text("networkPolicy"),
            Monitoring = cluster.Object("monitoring"),
            HasHealthController = healthController.Switch("enabled")?.Value ?? false,
            HealthController = healthController,
            DependsOn = cluster.List<DnsLabel>("dependsOn", DnsLabel.TryParse),
        };
    }

    private static ResourceDraft Resources(View resources)
    {
        var (requests, limits) = (resources.Object("requests"), resources.Object("limits"));
        return new ResourceDraft
        {
            CpuRequest = requests.Value<Quantity>("cpu", Quantity.TryParse),
            MemoryRequest = requests.Value<Quantity>("memory", Quantity.TryParse),
            CpuLimit = limits.Value<Quantity>("cpu", Quantity.TryParse),
            MemoryLimit = limits.Value<Quantity>("memory", Quantity.TryParse),
        };
    }

    private static Located<IPAddress>? Tenth(Located<Cidr>? services) =>
        services?.Value.AddressAt(DnsOffset) is { } address ? new Located<IPAddress>(address, services.Position) : null;

    private static IReadOnlyList<Located<Upstream>> Cloudflare(Located<Cidr>? services, Position position) =>
        [.. (services?.Value.Family == AddressFamily.InterNetworkV6 ? CloudflareSix : CloudflareFour).Select(server => new Located<Upstream>(server, position))];
}
