namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>What an instance may read: the objects of its sources, and nothing else. It writes to none but DNSEndpoint's status.</summary>
internal static class ExternalDnsAccess
{
    private const string Group = "rbac.authorization.k8s.io";

    private const string Api = Group + "/v1";

    private static readonly string[] Read = ["get", "list", "watch"];

    public static IEnumerable<Mapping> Objects(DnsInstance instance) =>
    [
        new Mapping
        {
            { "apiVersion", Api },
            { "kind", "ClusterRole" },
            { "metadata", ExternalDnsNames.Metadata(instance, @namespace: null) },
            { "rules", Sequence.Of(instance.Sources.SelectMany(Rules).Distinct()) },
        },
        new Mapping
        {
            { "apiVersion", Api },
            { "kind", "ClusterRoleBinding" },
            { "metadata", ExternalDnsNames.Metadata(instance, @namespace: null) },
            { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", "ClusterRole" }, { "name", ExternalDnsNames.Of(instance) } } },
            { "subjects", Sequence.Of(new Mapping { { "kind", "ServiceAccount" }, { "name", ExternalDnsNames.Of(instance) },
                { "namespace", ExternalDnsNames.Namespace } }) },
        },
    ];

    private static IEnumerable<Mapping> Rules(string source) => source switch
    {
        // Pods and nodes are the targets of headless and of NodePort Services.
        "service" => [Rule("", ["services", "pods", "nodes"], Read), Rule("discovery.k8s.io", ["endpointslices"], Read)],
        "ingress" => [Rule("networking.k8s.io", ["ingresses"], Read)],
        "gateway-httproute" =>
            [Rule("gateway.networking.k8s.io", ["gateways", "httproutes"], Read), Rule("", ["namespaces"], Read)],
        _ => [Rule("externaldns.k8s.io", ["dnsendpoints"], Read), Rule("externaldns.k8s.io", ["dnsendpoints/status"], ["update"])],
    };

    private static Mapping Rule(string group, string[] resources, string[] verbs) => Resources.AccessRule([group], resources, verbs);
}

/// <summary>
/// Metrics from the monitoring namespace and probes from the node come in. Out go the API server, DNS, and the provider: HTTPS, or the
/// server's DNS port. Where a provider's addresses lie nobody can say, so Cilium's rule is by port; a plain NetworkPolicy cannot name
/// the API server either and leaves the way out open.
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
                        new Mapping { { "namespaceSelector", new Mapping { { "matchLabels",
                            new Mapping { { "kubernetes.io/metadata.name", cluster.Monitoring.Namespace.Text } } } } } },
                        // Probes come from node addresses, which no selector can name.
                        .. cluster.Nodes is null ? (Node[])[]
                            : [new Mapping { { "ipBlock", new Mapping { { "cidr", cluster.Nodes.ToString() } } } }],
                    ]) },
                    { "ports", Sequence.Of(Probed(instance).Select(port => new Mapping { { "protocol", "TCP" }, { "port", port } })) },
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
                    { "fromEndpoints", Sequence.Of(Namespace(cluster.Monitoring.Namespace.Text)) },
                    { "toPorts", Ports((ExternalDnsNames.Port, "TCP")) },
                },
                new Mapping { { "fromEntities", Resources.Texts("host") },
                    { "toPorts", Ports([.. Probed(instance).Select(port => (port, "TCP"))]) } })
            },
            { "egress", Sequence.Of(
                new Mapping { { "toEntities", Resources.Texts("kube-apiserver") } },
                new Mapping { { "toEndpoints", Sequence.Of(Namespace(CoreDns.CoreDnsNames.Namespace)) },
                    { "toPorts", Ports((CoreDns.CoreDnsNames.DnsPort, "ANY")) } },
                // All: the server may be a node, a pod or outside, and those are three kinds of destinations.
                new Mapping { { "toEntities", Resources.Texts("all") },
                    { "toPorts", ProviderPorts(instance) } })
            },
        });

    private static Sequence ProviderPorts(DnsInstance instance) => instance.Provider switch
    {
        DnsProvider.Rfc2136 => Ports((instance.Rfc2136.Port, "ANY")),
        DnsProvider.Webhook => Ports((instance.Webhook.Port, "TCP")),
        _ => Ports((443, "TCP")),
    };

    /// <summary>The ports that a node asks.</summary>
    private static IEnumerable<int> Probed(DnsInstance instance) => instance is { Provider: DnsProvider.Webhook, Webhook.HealthPort: > 0 }
        ? [ExternalDnsNames.Port, instance.Webhook.HealthPort] : [ExternalDnsNames.Port];

    private static Mapping Namespace(string name) =>
        new() { { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace", name } } } };

    private static Sequence Ports(params (int Port, string Protocol)[] ports) => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(ports.Select(pair => new Mapping { { "port", pair.Port.ToString(CultureInfo.InvariantCulture) },
            { "protocol", pair.Protocol } })) },
    });
}
