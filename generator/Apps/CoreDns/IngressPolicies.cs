namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// What may reach the DNS pods: DNS from workloads, metrics from the monitoring namespace, probes from the node, nothing else.
/// </summary>
internal static class IngressPolicies
{
    private const string Name = "coredns-ingress";
    private const string Nodes = "-nodes";

    public static Mapping Kubernetes() => KubernetesPolicy(Name, Sequence.Of(
        KubernetesRule(new Mapping { { "namespaceSelector", new Mapping() } }, DnsPorts()),
        KubernetesRule(
            new Mapping { { "namespaceSelector",
                new Mapping { { "matchLabels",
                new Mapping { { "kubernetes.io/metadata.name", Scalar.Variable(Variables.MonitoringNamespace) } } } } } },
            Sequence.Of(KubernetesPort("TCP", CoreDnsNames.MetricsPort)))));

    /// <summary>Pods on the host network and probes come from node addresses, which no selector can name.</summary>
    public static Mapping KubernetesNodes() => KubernetesPolicy(Name + Nodes, Sequence.Of(
        KubernetesRule(
            new Mapping { { "ipBlock", new Mapping { { "cidr", Scalar.Variable(Variables.NodeCidr) } } } },
            Sequence.Of([.. DnsPorts().Items, KubernetesPort("TCP", CoreDnsNames.HealthPort),
                KubernetesPort("TCP", CoreDnsNames.ReadyPort)]))));

    /// <summary>The ports of further servers, for whoever may ask on port 53: patches, none where no port is exposed.</summary>
    public static IEnumerable<Node> OpenPorts(Definition.Cluster cluster)
    {
        var ports = cluster.Dns.ExposedPorts;
        if (!ports.IsEmpty && cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.Cilium)
        {
            // The rule of the pods, and that of the nodes behind it.
            yield return Opened("CiliumNetworkPolicy", Name, CiliumPorts(ports), "/spec/ingress/0/toPorts/0/ports/-",
                "/spec/ingress/1/toPorts/0/ports/-");
        }
        else if (!ports.IsEmpty && cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.Kubernetes)
        {
            yield return Opened("NetworkPolicy", Name, KubernetesPorts(ports), "/spec/ingress/0/ports/-");
            if (cluster.Nodes is not null)
            {
                yield return Opened("NetworkPolicy", Name + Nodes, KubernetesPorts(ports), "/spec/ingress/0/ports/-");
            }
        }
    }

    /// <summary>Ports of DNS servers as Cilium's <c>toPorts</c> has them.</summary>
    internal static IEnumerable<Mapping> CiliumPorts(IEnumerable<int> ports) => ports.Select(port => new Mapping
        { { "port", port.ToString(System.Globalization.CultureInfo.InvariantCulture) }, { "protocol", "ANY" } });

    /// <summary>The same for a NetworkPolicy.</summary>
    internal static IEnumerable<Mapping> KubernetesPorts(IEnumerable<int> ports) =>
        ports.SelectMany(port => new[] { KubernetesPort("UDP", port), KubernetesPort("TCP", port) });

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

    /// <summary>The nodes of the second family beside the first, as a patch.</summary>
    public static Node SecondNodes(Values.Cidr nodes) => new Mapping
    {
        { "target", new Mapping { { "kind", "NetworkPolicy" }, { "name", Name + Nodes } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(new Mapping
            {
                { "op", "add" },
                { "path", "/spec/ingress/0/from/-" },
                { "value", new Mapping { { "ipBlock", new Mapping { { "cidr", nodes.ToString() } } } } },
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
                    // Without the expression a namespaced policy would mean its own namespace only.
                    { "fromEndpoints", Sequence.Of(new Mapping
                        {
                            { "matchExpressions",
                                Sequence.Of(new Mapping { { "key", "k8s:io.kubernetes.pod.namespace" }, { "operator", "Exists" } }) },
                        })
                    },
                    { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort)) },
                },
                new Mapping { { "fromEntities", Resources.Texts("host", "remote-node") },
                    { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort)) } },
                new Mapping
                {
                    { "fromEndpoints", Sequence.Of(new Mapping
                        {
                            { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace",
                                Scalar.Variable(Variables.MonitoringNamespace) } } },
                        })
                    },
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

    private static Sequence DnsPorts() => Sequence.Of(KubernetesPort("UDP", CoreDnsNames.DnsPort),
        KubernetesPort("TCP", CoreDnsNames.DnsPort));

    private static Mapping KubernetesPort(string protocol, int port) => new() { { "protocol", protocol }, { "port", port } };

    private static Sequence CiliumPorts(params IEnumerable<(string Protocol, int Port)> ports) => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(ports.Select(port =>
            new Mapping { { "port", port.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            { "protocol", port.Protocol } })) },
    });

    private static Mapping Pods() => new() { { "matchLabels", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } } };
}
