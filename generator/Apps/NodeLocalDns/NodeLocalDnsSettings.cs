using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>The NodeLocal DNSCache of a cluster (docs/node-local-dns.md).</summary>
public sealed record NodeLocalDnsSettings
{
    public const string DefaultImage = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.7";

    /// <summary>No CPU limit: it would throttle all queries of the node.</summary>
    internal static readonly ResourceSettings StandardResources = new()
    {
        CpuRequest = Quantity.Parse("25m"),
        MemoryRequest = Quantity.Parse("64Mi"),
        MemoryLimit = Quantity.Parse("256Mi"),
    };

    public required string Image { get; init; }

    /// <summary>The cache's own address, the same on all nodes.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>
    /// True to answer also on the address of the kube-dns Service, so that no pod's configuration changes; null if kube-proxy's mode and
    /// the network plugin decide.
    /// </summary>
    public bool? OnServiceAddress { get; init; }

    /// <summary>The resources of each node's pod.</summary>
    public ResourceSettings Resources { get; init; } = StandardResources;

    /// <summary>Null if it is off.</summary>
    internal static NodeLocalDnsSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false, $"Whether each node has a DNS cache of its own ({Docs.Page("node-local-dns.md")}).");
        var settings = new NodeLocalDnsSettings
        {
            Image = section.Text("image", Forms.Image with { Example = DefaultImage }, DefaultImage, "The image of the cache."),
            Address = section.Text("address", Forms.Address with { Example = "169.254.20.10" }, "169.254.20.10",
                "The address of the cache on every node; link-local, and not used by anything else."),
            OnServiceAddress = section.OptionalSwitch("onServiceAddress",
                "Whether it answers on the address of the kube-dns Service too. With IPVS, and where kube-proxy runs with networkPolicy: "
                    + "cilium, it cannot, and the kubelets name 'address'; without kube-proxy it always does.",
                absent: "true; false with kubeProxy ipvs, and where kube-proxy runs with networkPolicy: cilium"),
            Resources = section.Mapping("resources", "Requests and limits of the cache on each node.",
                resources => ResourceSettings.Bind(resources, StandardResources)),
        };
        return enabled ? settings : null;
    }

    /// <summary>The addresses to which pods send queries; empty if it is off.</summary>
    public static IEnumerable<IPAddress> Listens(Cluster cluster) => cluster.Of<NodeLocalDnsSettings>() is not { } settings ? []
        : WayIn(cluster) == NodeLocalDnsWay.OwnAddress ? [settings.Address] : [settings.Address, cluster.Dns.ClusterIP];

    /// <summary>True if the caches run in the host network, not in pods behind Cilium's redirect.</summary>
    public static bool InNodesNetwork(Cluster cluster) =>
        cluster.Of<NodeLocalDnsSettings>() is not null && WayIn(cluster) != NodeLocalDnsWay.LocalRedirect;

    /// <summary>
    /// How queries reach the cache. Cilium translates a Service's address inside of the pod, even if kube-proxy runs (cilium#16197), so no
    /// query to the Service's address reaches the host network.
    /// </summary>
    public static NodeLocalDnsWay WayIn(Cluster cluster) => (cluster.KubeProxy, cluster.Of<NodeLocalDnsSettings>()?.OnServiceAddress) switch
    {
        (KubeProxyMode.None, _) => NodeLocalDnsWay.LocalRedirect,
        (_, { } on) => on ? NodeLocalDnsWay.ServiceAddress : NodeLocalDnsWay.OwnAddress,
        (KubeProxyMode.Ipvs, _) => NodeLocalDnsWay.OwnAddress,
        _ when cluster.NetworkPolicy == NetworkPolicyFlavour.Cilium => NodeLocalDnsWay.OwnAddress,
        _ => NodeLocalDnsWay.ServiceAddress,
    };
}

/// <summary>How queries reach the cache of a node.</summary>
public enum NodeLocalDnsWay
{
    /// <summary>The cache listens on the Service's address in the host network, before kube-proxy.</summary>
    ServiceAddress,

    /// <summary>The cache only listens on its own address, which kubelets give to pods.</summary>
    OwnAddress,

    /// <summary>Cilium redirects the Service's queries to it.</summary>
    LocalRedirect,
}
