using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// What may reach the DNS pods: DNS from workloads, metrics from the monitoring namespace, probes from the node, nothing else.
/// </summary>
internal static class IngressPolicies
{
    private const string Name = "coredns-ingress";

    public static Mapping Kubernetes() => KubernetesPolicy(Name, Sequence.Of(
        KubernetesRule(new Mapping { { "namespaceSelector", new Mapping() } }, DnsPorts()),
        KubernetesRule(
            new Mapping { { "namespaceSelector",
                new Mapping { { "matchLabels",
                new Mapping { { "kubernetes.io/metadata.name", Scalar.Variable(Variables.MonitoringNamespace) } } } } } },
            Sequence.Of(KubernetesPort("TCP", CoreDnsNames.MetricsPort)))));

    /// <summary>Pods on the host network and probes come from node addresses, which no selector can name.</summary>
    public static Mapping KubernetesNodes() => KubernetesPolicy(Name + "-nodes", Sequence.Of(
        KubernetesRule(
            new Mapping { { "ipBlock", new Mapping { { "cidr", Scalar.Variable(Variables.NodeCidr) } } } },
            Sequence.Of([.. DnsPorts().Items, KubernetesPort("TCP", CoreDnsNames.HealthPort),
                KubernetesPort("TCP", CoreDnsNames.ReadyPort)]))));

    /// <summary>The ports of further servers for workloads, as a patch; null for none.</summary>
    public static Node? OpenPorts(Definition.Cluster cluster)
    {
        var ports = cluster.Dns.ExtraServers.Where(server => server.Expose).Select(server => server.Port).Distinct().ToArray();
        if (ports.Length == 0 || cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.None)
        {
            return null;
        }

        var cilium = cluster.NetworkPolicy == Definition.NetworkPolicyFlavour.Cilium;
        var opened = ports.SelectMany(port => cilium
            ? [new Mapping { { "port", port.ToString(System.Globalization.CultureInfo.InvariantCulture) }, { "protocol", "ANY" } }]
            : new[] { KubernetesPort("UDP", port), KubernetesPort("TCP", port) });
        return new Mapping
        {
            { "target", new Mapping { { "kind", cilium ? "CiliumNetworkPolicy" : "NetworkPolicy" }, { "name", Name } } },
            { "patch", YamlWriter.WriteFragment(Sequence.Of(opened.Select(port => new Mapping
                {
                    { "op", "add" },
                    { "path", cilium ? "/spec/ingress/0/toPorts/0/ports/-" : "/spec/ingress/0/ports/-" },
                    { "value", port },
                })))
            },
        };
    }

    /// <summary>The nodes of the second family beside the first, as a patch.</summary>
    public static Node SecondNodes(Values.Cidr nodes) => new Mapping
    {
        { "target", new Mapping { { "kind", "NetworkPolicy" }, { "name", Name + "-nodes" } } },
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
