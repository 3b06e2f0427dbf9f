using System.Globalization;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// Metrics from the monitoring namespace and probes from the node come in, nothing else. Everything may go out: the API server, and
/// every endpoint that is probed, which is any pod and any address of a Service without a selector.
/// </summary>
internal static class ControllerPolicies
{
    public static Mapping Kubernetes() => KubernetesPolicy(
        ControllerNames.Name,
        new Mapping { { "namespaceSelector", new Mapping { { "matchLabels",
            new Mapping { { "kubernetes.io/metadata.name", Scalar.Variable(Variables.MonitoringNamespace) } } } } } },
        egress: Sequence.Of(new Mapping()));

    /// <summary>Probes come from node addresses, which no selector can name.</summary>
    public static Mapping KubernetesNodes() => KubernetesPolicy(
        ControllerNames.Name + "-nodes",
        new Mapping { { "ipBlock", new Mapping { { "cidr", Scalar.Variable(Variables.NodeCidr) } } } },
        egress: null);

    public static Mapping Cilium() => Resources.Object("cilium.io/v2", "CiliumNetworkPolicy", ControllerNames.Metadata(), new Mapping
    {
        { "endpointSelector", ControllerNames.Selector() },
        { "ingress", Sequence.Of(
            new Mapping
            {
                { "fromEndpoints", Sequence.Of(new Mapping
                    {
                        { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace",
                            Scalar.Variable(Variables.MonitoringNamespace) } } },
                    })
                },
                { "toPorts", CiliumPorts() },
            },
            new Mapping { { "fromEntities", Resources.Texts("host") }, { "toPorts", CiliumPorts() } })
        },
        { "egress", Sequence.Of(new Mapping { { "toEntities", Resources.Texts("all") } }) },
    });

    private static Mapping KubernetesPolicy(string name, Mapping from, Sequence? egress) => Resources.Object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        Resources.Metadata(name, ControllerNames.Namespace, ControllerNames.Labels()),
        new Mapping
        {
            { "podSelector", ControllerNames.Selector() },
            { "policyTypes", egress is null ? Resources.Texts("Ingress") : Resources.Texts("Ingress", "Egress") },
            { "ingress", Sequence.Of(new Mapping
                {
                    { "from", Sequence.Of(from) },
                    { "ports", Sequence.Of(new Mapping { { "protocol", "TCP" }, { "port", ControllerNames.Port } }) },
                })
            },
            { "egress", egress },
        });

    private static Sequence CiliumPorts() => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(new Mapping { { "port", ControllerNames.Port.ToString(CultureInfo.InvariantCulture) },
            { "protocol", "TCP" } }) },
    });
}
