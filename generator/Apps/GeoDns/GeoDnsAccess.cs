using static PlatformGitOps.Generator.Emission.PolicyParts;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>RBAC of the zones' writer: read Services, write its ConfigMap, hold its Lease. CoreDNS has no rights.</summary>
internal static class GeoDnsAccess
{
    internal const string InNamespace = GeoDnsNames.Name + "-services";

    public static IEnumerable<Mapping> Objects(GeoDnsSettings settings, string zones)
    {
        Mapping[] services = [Rule("", "services", ["list", "watch"]), Rule("", "events", ["create"])];
        return
        [
            Access.Account(GeoDnsNames.Metadata(), hasToken: false),
            .. Granted("Role", GeoDnsNames.Name, GeoDnsNames.Namespace,
                Rule("", "configmaps", ["get", "list", "watch", "patch"], zones),
                Rule("coordination.k8s.io", "leases", ["get", "patch"], zones)),
            .. settings.Namespaces.IsEmpty ? Granted("ClusterRole", GeoDnsNames.Name, null, services)
                : settings.Namespaces.SelectMany(name => Granted("Role", InNamespace, name.Text, services)),
        ];
    }

    private static IEnumerable<Mapping> Granted(string kind, string name, string? @namespace, params IEnumerable<Mapping> rules) =>
    [
        Access.Role(kind, GeoDnsNames.Metadata(name, @namespace), rules),
        Access.Binding(kind, GeoDnsNames.Metadata(name, @namespace), (GeoDnsNames.Name, GeoDnsNames.Namespace)),
    ];

    private static Mapping Rule(string group, string resource, string[] verbs, string? name = null) => new()
    {
        { "apiGroups", Resources.Texts(group) },
        { "resources", Resources.Texts(resource) },
        { "resourceNames", name is null ? null : Resources.Texts(name) },
        { "verbs", Resources.Texts(verbs) },
    };
}

/// <summary>
/// Network policies. Ingress: queries from everywhere, metrics from the monitoring namespace, probes from the node. Egress: the API server,
/// the addresses of all regions, which cannot be listed, and the cluster's own pods: kube-proxy and Cilium's replacement translate a load
/// balancer's address to a pod before the policy.
/// </summary>
internal static class GeoDnsPolicies
{
    private static readonly int[] Served =
        [GeoDnsNames.ServerMetricsPort, GeoDnsNames.HealthPort, GeoDnsNames.ReadyPort, GeoDnsNames.WriterPort];

    public static IEnumerable<Mapping> Of(Cluster cluster, GeoDnsSettings settings) => cluster.NetworkPolicy switch
    {
        NetworkPolicyFlavour.Cilium => [Cilium(cluster, settings)],
        NetworkPolicyFlavour.Kubernetes => [Kubernetes(cluster, settings)],
        _ => [],
    };

    private static Mapping Kubernetes(Cluster cluster, GeoDnsSettings settings) => Resources.Object(
        "networking.k8s.io/v1", "NetworkPolicy", GeoDnsNames.Metadata(), new Mapping
        {
            { "podSelector", GeoDnsNames.Selector() },
            { "policyTypes", Resources.Texts("Ingress", "Egress") },
            { "ingress", Sequence.Of(
                new Mapping { { "ports", Sequence.Of(Port("UDP", GeoDnsNames.DnsPort), Port("TCP", GeoDnsNames.DnsPort)) } },
                new Mapping
                {
                    { "from", Sequence.Of((Node[])
                    [
                        Namespace(cluster.Monitoring.Namespace.Text),
                        // Probes come from node addresses, which no selector matches.
                        .. cluster.Nodes is null ? (Node[])[] : [Block(cluster.Nodes.ToString()!)],
                    ]) },
                    { "ports", Sequence.Of(Served.Select(port => Port("TCP", port))) },
                })
            },
            { "egress", Sequence.Of(new Mapping
                {
                    { "to", Sequence.Of((Node[])
                    [
                        Block("0.0.0.0/0", Closed(cluster, settings, ':', false)),
                        Block("::/0", Closed(cluster, settings, ':', true)),
                        .. settings.Namespaces.IsEmpty ? (Node[])[new Mapping { { "namespaceSelector", new Mapping() } }]
                            : [.. settings.Namespaces.Select(name => Namespace(name.Text))],
                    ]) },
                })
            },
        });

    /// <summary>
    /// The pods, where the policy names those that it may reach. Where the nodes are not known they may have addresses of the pods'
    /// network, and the API server with them: without it the writer can do nothing.
    /// </summary>
    private static string[] Closed(Cluster cluster, GeoDnsSettings settings, char mark, bool has) =>
        settings.Namespaces.IsEmpty || cluster.Nodes is null ? []
            : [.. cluster.RangesFor(RangeUse.Pods).Select(range => range.ToString()!).Where(range => range.Contains(mark) == has)];

    private static Mapping Cilium(Cluster cluster, GeoDnsSettings settings) => Resources.Object(
        "cilium.io/v2", "CiliumNetworkPolicy", GeoDnsNames.Metadata(), new Mapping
        {
            { "endpointSelector", GeoDnsNames.Selector() },
            { "ingress", Sequence.Of(
                new Mapping { { "fromEntities", Resources.Texts("all") }, { "toPorts", CiliumPorts(("ANY", GeoDnsNames.DnsPort)) } },
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(CiliumNamespace(cluster.Monitoring.Namespace.Text)) },
                    { "toPorts", CiliumPorts(Served.Select(port => ("TCP", port))) },
                },
                new Mapping
                {
                    { "fromEntities", Resources.Texts("host") },
                    { "toPorts", CiliumPorts(Served.Select(port => ("TCP", port))) },
                })
            },
            // Nodes too: a load balancer can use their addresses.
            { "egress", Sequence.Of(
                new Mapping { { "toEntities", Resources.Texts("kube-apiserver", "world", "host", "remote-node") } },
                new Mapping
                {
                    { "toEndpoints", Sequence.Of(settings.Namespaces.IsEmpty ? (Node[])[CiliumEveryNamespace()]
                        : [.. settings.Namespaces.Select(name => CiliumNamespace(name.Text))]) },
                })
            },
        });
}
