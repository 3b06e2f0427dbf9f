using static PlatformGitOps.Generator.Emission.PolicyParts;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The controller's RBAC: only what it uses. docs/health-controller.md explains each line.</summary>
internal static class ControllerAccess
{
    /// <summary>The name of the Roles in single namespaces; the Role for the Lease has the controller's name.</summary>
    internal const string InNamespace = ControllerNames.Name + "-checks";

    /// <summary>The name of the Role for the shards' Leases.</summary>
    private const string OfShards = ControllerNames.Name + "-shards";

    /// <summary>The ServiceAccount and the access to its Lease, the same in every cluster.</summary>
    public static IEnumerable<Mapping> Account() =>
    [
        Access.Account(ControllerNames.Metadata()),
        // RBAC cannot restrict create to a name, because the object does not exist yet.
        Role("Role", ControllerNames.Name, ControllerNames.Namespace, Rule("coordination.k8s.io", "leases", "create"),
            Leases(ControllerNames.Name)),
        Binding("Role", ControllerNames.Name, ControllerNames.Namespace),
    ];

    /// <summary>The rights in every namespace, or in those of the definition.</summary>
    public static IEnumerable<Mapping> Checks(HealthControllerSettings settings)
    {
        Mapping[] rules =
        [
            Rule("", "services", "list", "watch"),
            Rule("", "pods", "get", "list", "watch", "patch"),
            Rule("", "pods/status", "patch"),
            Rule("", "events", "create"),
            Rule("apps", "replicasets", "get"),
            Rule("apps", "statefulsets", "get"),
            Rule("apps", "daemonsets", "get"),
            .. settings.EndpointSliceNetworks.IsEmpty
                ? Array.Empty<Mapping>()
                : [Rule("discovery.k8s.io", "endpointslices", "list", "watch", "create", "patch", "delete")],
        ];
        return settings.Namespaces.IsEmpty
            ? [Role("ClusterRole", ControllerNames.Name, null, rules), Binding("ClusterRole", ControllerNames.Name, null)]
            : settings.Namespaces.SelectMany(name =>
                new[] { Role("Role", InNamespace, name.Text, rules), Binding("Role", InNamespace, name.Text) });
    }

    /// <summary>The access to the shards' Leases, if there are several shards.</summary>
    public static IEnumerable<Mapping> Shards(HealthControllerSettings settings) => settings.Shards == 1 ? [] :
    [
        Role("Role", OfShards, ControllerNames.Namespace,
            Leases([.. Enumerable.Range(0, settings.Shards).Select(ControllerNames.LeaseOf)])),
        Binding("Role", OfShards, ControllerNames.Namespace),
    ];

    private static Mapping Role(string kind, string name, string? @namespace, params IEnumerable<Mapping> rules) =>
        Access.Role(kind, Resources.Metadata(name, @namespace, ControllerNames.Labels()), rules);

    private static Mapping Binding(string kind, string name, string? @namespace) => Access.Binding(
        kind, Resources.Metadata(name, @namespace, ControllerNames.Labels()), (ControllerNames.Name, ControllerNames.Namespace));

    private static Mapping Rule(string group, string resource, params IEnumerable<string> verbs) =>
        Access.Rule([group], [resource], verbs);

    private static Mapping Leases(params IEnumerable<string> names)
    {
        var rule = Rule("coordination.k8s.io", "leases", "get", "patch");
        rule.Add("resourceNames", Resources.Texts(names));
        return rule;
    }
}

/// <summary>
/// Network policies of the controller. Ingress: metrics from the monitoring namespace and probes from the node. Egress: probes and API
/// requests, to the cluster and to the networks of the definition.
/// </summary>
internal static class ControllerPolicies
{
    /// <summary>Null if the cluster does not enforce policies.</summary>
    public static Mapping? Of(Cluster cluster) => cluster.NetworkPolicy switch
    {
        NetworkPolicyFlavour.Cilium => Cilium(cluster.HealthController!),
        NetworkPolicyFlavour.Kubernetes => Kubernetes(cluster),
        _ => null,
    };

    private static Mapping Kubernetes(Cluster cluster) => Resources.Object(
        "networking.k8s.io/v1", "NetworkPolicy", ControllerNames.Metadata(), new Mapping
        {
            { "podSelector", ControllerNames.Selector() },
            { "policyTypes", Resources.Texts("Ingress", "Egress") },
            { "ingress", Sequence.Of(new Mapping
                {
                    { "from", Sequence.Of(
                        [
                            Namespace(Scalar.Variable(Variables.MonitoringNamespace)),
                            // Probes come from node addresses, which no selector matches.
                            .. cluster.RangesFor(RangeUse.Nodes).Select(range => Block(range.ToString()!)),
                        ])
                    },
                    { "ports", Sequence.Of(Port("TCP", ControllerNames.Port)) },
                })
            },
            { "egress", Sequence.Of(KubernetesEgress(cluster)) },
        });

    /// <summary>Allows all egress if the definition does not name the API server: the controller needs it.</summary>
    private static Mapping KubernetesEgress(Cluster cluster)
    {
        var settings = cluster.HealthController!;
        if (settings.ApiServer.IsEmpty)
        {
            return [];
        }

        Cidr[] ranges =
        [
            // Includes Services: some network plugins decide before the translation of a Service's address. Pods and Services of two
            // families are probed in their own first family, which can be the cluster's second one.
            .. cluster.RangesFor(RangeUse.Pods, RangeUse.Services, RangeUse.Nodes),
            .. settings.ApiServer,
            .. settings.EndpointSliceNetworks,
        ];
        return new Mapping { { "to", Sequence.Of(ranges.Distinct().Select(range => Block(range.ToString()!))) } };
    }

    private static Mapping Cilium(HealthControllerSettings settings)
    {
        string[] beyond = [.. settings.ApiServer.Concat(settings.EndpointSliceNetworks).Select(range => range.ToString()).Distinct()];
        return Resources.Object("cilium.io/v2", "CiliumNetworkPolicy", ControllerNames.Metadata(), new Mapping
        {
            { "endpointSelector", ControllerNames.Selector() },
            { "ingress", Sequence.Of(
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(CiliumNamespace(Scalar.Variable(Variables.MonitoringNamespace))) },
                    { "toPorts", Served() },
                },
                new Mapping { { "fromEntities", Resources.Texts("host") }, { "toPorts", Served() } })
            },
            { "egress", Sequence.Of(
                [
                    new Mapping { { "toEntities", Resources.Texts("cluster", "kube-apiserver") } },
                    .. beyond.Length > 0 ? new[] { new Mapping { { "toCIDR", Resources.Texts(beyond) } } } : [],
                ])
            },
        });
    }

    private static Sequence Served() => CiliumPorts(("TCP", ControllerNames.Port));
}
