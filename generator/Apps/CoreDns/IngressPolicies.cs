using static PlatformGitOps.Generator.Emission.PolicyParts;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Network policies of the DNS pods: DNS from workloads, metrics from the monitoring namespace, probes from the node, nothing else.
/// </summary>
internal static class IngressPolicies
{
    private const string Name = "coredns-ingress";
    private const string Nodes = "-nodes";

    public static Mapping Kubernetes() => KubernetesPolicy(Name, Sequence.Of(
        KubernetesRule(new Mapping { { "namespaceSelector", new Mapping() } }, DnsPorts()),
        KubernetesRule(
            Namespace(Scalar.Variable(Variables.MonitoringNamespace)),
            Sequence.Of(Port("TCP", CoreDnsNames.MetricsPort)))));

    /// <summary>Pods on the host network and probes use node addresses, which no selector matches.</summary>
    public static Mapping KubernetesNodes() => KubernetesPolicy(Name + Nodes, Sequence.Of(
        KubernetesRule(
            Block(Scalar.Variable(Variables.NodeCidr)),
            Sequence.Of([.. DnsPorts().Items, Port("TCP", CoreDnsNames.HealthPort),
                Port("TCP", CoreDnsNames.ReadyPort)]))));

    /// <summary>Patches that open the ports of additional servers to everyone who may use port 53; empty if there are none.</summary>
    public static IEnumerable<Node> OpenPorts(Definition.Cluster cluster)
    {
        var ports = cluster.Dns.ExposedPorts;
        if (!ports.IsEmpty && cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.Cilium)
        {
            // The rule for pods, and the rule for nodes after it.
            yield return Opened("CiliumNetworkPolicy", Name, CiliumDnsPorts(ports), "/spec/ingress/0/toPorts/0/ports/-",
                "/spec/ingress/1/toPorts/0/ports/-");
        }
        else if (!ports.IsEmpty && cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.Kubernetes)
        {
            yield return Opened("NetworkPolicy", Name, DnsPortsOf(ports), "/spec/ingress/0/ports/-");
            if (cluster.Nodes is not null)
            {
                yield return Opened("NetworkPolicy", Name + Nodes, DnsPortsOf(ports), "/spec/ingress/0/ports/-");
            }
        }
    }

    /// <summary>Entries of Cilium's <c>toPorts</c> for ports of DNS servers.</summary>
    internal static IEnumerable<Mapping> CiliumDnsPorts(IEnumerable<int> ports) => ports.Select(port => CiliumPort("ANY", port));

    /// <summary>The same for a NetworkPolicy.</summary>
    internal static IEnumerable<Mapping> DnsPortsOf(IEnumerable<int> ports) =>
        ports.SelectMany(port => new[] { Port("UDP", port), Port("TCP", port) });

    private static Mapping Opened(string kind, string name, IEnumerable<Mapping> ports, params string[] paths) => new()
    {
        { "target", new Mapping { { "kind", kind }, { "name", name } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(paths.SelectMany(path => ports.Select(port => new Mapping
            {
                { "op", "add" },
                { "path", path },
                { "value", port },
            }))))
        },
    };

    /// <summary>A patch that adds the second family's node range.</summary>
    public static Node SecondNodes(Values.Cidr nodes) => new Mapping
    {
        { "target", new Mapping { { "kind", "NetworkPolicy" }, { "name", Name + Nodes } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(new Mapping
            {
                { "op", "add" },
                { "path", "/spec/ingress/0/from/-" },
                { "value", Block(nodes.ToString()!) },
            }))
        },
    };

    public static Mapping Cilium() => Resources.Object(
        "cilium.io/v2",
        "CiliumNetworkPolicy",
        Resources.Metadata(Name, CoreDnsNames.Namespace),
        new Mapping
        {
            { "endpointSelector", Pods() },
            { "ingress", Sequence.Of(
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(CiliumEveryNamespace()) },
                    { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort)) },
                },
                new Mapping { { "fromEntities", Resources.Texts("host", "remote-node") },
                    { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort)) } },
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(CiliumNamespace(Scalar.Variable(Variables.MonitoringNamespace))) },
                    { "toPorts", CiliumPorts(("TCP", CoreDnsNames.MetricsPort)) },
                },
                new Mapping
                {
                    { "fromEntities", Resources.Texts("host") },
                    { "toPorts", CiliumPorts(("TCP", CoreDnsNames.HealthPort), ("TCP", CoreDnsNames.ReadyPort)) },
                })
            },
        });

    private static Mapping KubernetesPolicy(string name, Sequence ingress) => Resources.Object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        Resources.Metadata(name, CoreDnsNames.Namespace),
        new Mapping { { "podSelector", Pods() }, { "policyTypes", Resources.Texts("Ingress") }, { "ingress", ingress } });

    private static Mapping KubernetesRule(Mapping from, Sequence ports) => new() { { "from", Sequence.Of(from) }, { "ports", ports } };

    private static Sequence DnsPorts() => Sequence.Of(Port("UDP", CoreDnsNames.DnsPort),
        Port("TCP", CoreDnsNames.DnsPort));

    private static Mapping Pods() => new() { { "matchLabels", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } } };
}
