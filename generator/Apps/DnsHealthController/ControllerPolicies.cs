using System.Globalization;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// Metrics from the monitoring namespace and probes from the node come in, nothing else. Probes and calls of the API server go out, to the
/// cluster and to the networks that the definition opens.
/// </summary>
internal static class ControllerPolicies
{
    /// <summary>Null where the cluster enforces none.</summary>
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
                            new Mapping { { "namespaceSelector", new Mapping { { "matchLabels",
                                new Mapping { { "kubernetes.io/metadata.name", Scalar.Variable(Variables.MonitoringNamespace) } } } } } },
                            // Probes come from node addresses, which no selector can name.
                            .. cluster.RangesFor(RangeUse.Nodes).Select(Block),
                        ])
                    },
                    { "ports", Sequence.Of(new Mapping { { "protocol", "TCP" }, { "port", ControllerNames.Port } }) },
                })
            },
            { "egress", Sequence.Of(KubernetesEgress(cluster)) },
        });

    /// <summary>Everything where the definition does not say where the API server is: without it the controller can do nothing.</summary>
    private static Mapping KubernetesEgress(Cluster cluster)
    {
        var settings = cluster.HealthController!;
        if (settings.ApiServer.IsEmpty)
        {
            return [];
        }

        Cidr[] ranges =
        [
            // The services too: some network plugins decide before the address of a Service is replaced. A pod or a Service of two
            // families is probed in the first of its own, which may be the cluster's second.
            .. cluster.RangesFor(RangeUse.Pods, RangeUse.Services, RangeUse.Nodes),
            .. settings.ApiServer,
            .. settings.EndpointSliceNetworks,
        ];
        return new Mapping { { "to", Sequence.Of(ranges.Distinct().Select(Block)) } };
    }

    private static Mapping Block(Cidr range) => new() { { "ipBlock", new Mapping { { "cidr", range.ToString() } } } };

    private static Mapping Cilium(HealthControllerSettings settings)
    {
        string[] beyond = [.. settings.ApiServer.Concat(settings.EndpointSliceNetworks).Select(range => range.ToString()).Distinct()];
        return Resources.Object("cilium.io/v2", "CiliumNetworkPolicy", ControllerNames.Metadata(), new Mapping
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
            { "egress", Sequence.Of(
                [
                    new Mapping { { "toEntities", Resources.Texts("cluster", "kube-apiserver") } },
                    .. beyond.Length > 0 ? new[] { new Mapping { { "toCIDR", Resources.Texts(beyond) } } } : [],
                ])
            },
        });
    }

    private static Sequence CiliumPorts() => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(new Mapping { { "port", ControllerNames.Port.ToString(CultureInfo.InvariantCulture) },
            { "protocol", "TCP" } }) },
    });
}
