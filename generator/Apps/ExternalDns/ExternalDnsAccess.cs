using PlatformGitOps.Generator.Apps.NodeLocalDns;
using static PlatformGitOps.Generator.Emission.PolicyParts;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>RBAC of an instance: it reads the objects of its sources, and writes only DNSEndpoint's status.</summary>
internal static class ExternalDnsAccess
{
    private static readonly string[] Read = ["get", "list", "watch"];

    public static IEnumerable<Mapping> Objects(DnsInstance instance) =>
    [
        Access.Role("ClusterRole", ExternalDnsNames.Metadata(instance, @namespace: null), instance.Sources.SelectMany(Rules).Distinct()),
        Access.Binding("ClusterRole", ExternalDnsNames.Metadata(instance, @namespace: null),
            (ExternalDnsNames.Of(instance), ExternalDnsNames.Namespace)),
    ];

    private static IEnumerable<Mapping> Rules(string source) => source switch
    {
        // Pods and nodes are the targets of headless and NodePort Services.
        "service" => [Rule("", ["services", "pods", "nodes"], Read), Rule("discovery.k8s.io", ["endpointslices"], Read)],
        "ingress" => [Rule("networking.k8s.io", ["ingresses"], Read)],
        "gateway-httproute" =>
            [Rule("gateway.networking.k8s.io", ["gateways", "httproutes"], Read), Rule("", ["namespaces"], Read)],
        _ => [Rule("externaldns.k8s.io", ["dnsendpoints"], Read), Rule("externaldns.k8s.io", ["dnsendpoints/status"], ["update"])],
    };

    private static Mapping Rule(string group, string[] resources, string[] verbs) => Access.Rule([group], resources, verbs);
}

/// <summary>
/// Network policies. Ingress: metrics from the monitoring namespace and probes from the node. Egress: the API server, DNS, and the provider
/// over HTTPS or on the server's DNS port. A provider's addresses are unknown, so Cilium's rule is by port; a NetworkPolicy cannot match
/// the API server either and leaves egress open.
/// </summary>
internal static class ExternalDnsPolicies
{
    public static IEnumerable<Mapping> Of(Cluster cluster, DnsInstance instance) => cluster.NetworkPolicy switch
    {
        NetworkPolicyFlavour.Cilium => [Cilium(cluster, instance)],
        NetworkPolicyFlavour.Kubernetes => [Kubernetes(cluster, instance)],
        _ => [],
    };

    private static Mapping Kubernetes(Cluster cluster, DnsInstance instance) => Resources.Object(
        "networking.k8s.io/v1", "NetworkPolicy", ExternalDnsNames.Metadata(instance), new Mapping
        {
            { "podSelector", ExternalDnsNames.Selector(instance) },
            { "policyTypes", Resources.Texts("Ingress", "Egress") },
            { "ingress", Sequence.Of(new Mapping
                {
                    { "from", Sequence.Of((Node[])
                    [
                        Namespace(cluster.Monitoring.Namespace.Text),
                        // Probes come from node addresses, which no selector matches.
                        .. cluster.Nodes is null ? (Node[])[]
                            : [Block(cluster.Nodes.ToString()!)],
                    ]) },
                    { "ports", Sequence.Of(Probed(instance).Select(port => Port("TCP", port))) },
                })
            },
            { "egress", Sequence.Of(new Mapping()) },
        });

    private static Mapping Cilium(Cluster cluster, DnsInstance instance) => Resources.Object(
        "cilium.io/v2", "CiliumNetworkPolicy", ExternalDnsNames.Metadata(instance), new Mapping
        {
            { "endpointSelector", ExternalDnsNames.Selector(instance) },
            { "ingress", Sequence.Of(
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(CiliumNamespace(cluster.Monitoring.Namespace.Text)) },
                    { "toPorts", CiliumPorts(("TCP", ExternalDnsNames.Port)) },
                },
                new Mapping { { "fromEntities", Resources.Texts("host") },
                    { "toPorts", CiliumPorts(Probed(instance).Select(port => ("TCP", port))) } })
            },
            { "egress", Sequence.Of((Node[])
                [
                    new Mapping { { "toEntities", Resources.Texts("kube-apiserver") } },
                    new Mapping { { "toEndpoints", Sequence.Of(CiliumNamespace(CoreDns.CoreDnsNames.Namespace)) },
                        { "toPorts", CiliumPorts(("ANY", CoreDns.CoreDnsNames.DnsPort)) } },
                    // A cache in the host network that kubelets give to pods.
                    .. NodeLocalDnsSettings.InNodesNetwork(cluster) ? (Node[])[ToNode(("ANY", CoreDns.CoreDnsNames.DnsPort))] : [],
                    .. instance is { Provider: DnsProvider.Google, Identity: not null } ? Metadata : [],
                    // All: the server can be a node, a pod or outside, which are three kinds of destinations.
                    new Mapping { { "toEntities", Resources.Texts("all") },
                        { "toPorts", ProviderPorts(instance) } },
                ])
            },
        });

    private static Mapping ToNode(params (string Protocol, int Port)[] ports) =>
        new() { { "toEntities", Resources.Texts("host") }, { "toPorts", CiliumPorts(ports) } };

    /// <summary>
    /// Google's metadata server, which issues the identity's token. GKE translates its address to 169.254.169.252, or to port 988 of the
    /// node, before Cilium's policy; for Cilium both link-local addresses are outside of the cluster.
    /// </summary>
    private static Node[] Metadata =>
    [
        ToRange("169.254.169.254/32", 80),
        ToRange("169.254.169.252/32", 988),
        ToNode(("TCP", 80), ("TCP", 988)),
    ];

    private static Mapping ToRange(string range, int port) =>
        new() { { "toCIDR", Resources.Texts(range) }, { "toPorts", CiliumPorts(("TCP", port)) } };

    private static Sequence ProviderPorts(DnsInstance instance) => instance.Provider switch
    {
        DnsProvider.Rfc2136 => CiliumPorts(("ANY", instance.Rfc2136.Port)),
        DnsProvider.Webhook => CiliumPorts(("TCP", instance.Webhook.Port)),
        _ => CiliumPorts(("TCP", 443)),
    };

    /// <summary>The ports that the kubelet probes.</summary>
    private static IEnumerable<int> Probed(DnsInstance instance) => instance is { Provider: DnsProvider.Webhook, Webhook.HealthPort: > 0 }
        ? [ExternalDnsNames.Port, instance.Webhook.HealthPort] : [ExternalDnsNames.Port];
}
