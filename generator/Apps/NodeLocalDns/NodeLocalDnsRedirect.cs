using System.Globalization;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>What Cilium needs where it takes kube-proxy's place: the redirect, and what may reach the cache's pods.</summary>
internal static class NodeLocalDnsRedirect
{
    /// <summary>Queries to the Service kube-dns go to the cache of the same node, and to CoreDNS where it is not ready. The ports are
    /// matched by the names that they have in the Service.</summary>
    public static Mapping Redirect() => Resources.Object(
        "cilium.io/v2", "CiliumLocalRedirectPolicy", NodeLocalDnsNames.Metadata(), new Mapping
        {
            { "redirectFrontend", new Mapping
                {
                    { "serviceMatcher", new Mapping { { "serviceName", CoreDnsNames.Service }, { "namespace", CoreDnsNames.Namespace } } },
                }
            },
            { "redirectBackend", new Mapping
                {
                    { "localEndpointSelector", NodeLocalDnsNames.Selector() },
                    { "toPorts", Sequence.Of(NamedPort("udp-53", "UDP"), NamedPort("tcp-53", "TCP")) },
                }
            },
        });

    /// <summary>The same as for CoreDNS's pods: names for workloads and nodes, metrics for the monitoring, health for the node.</summary>
    public static Mapping Policy() => Resources.Object("cilium.io/v2", "CiliumNetworkPolicy", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "endpointSelector", NodeLocalDnsNames.Selector() },
        { "ingress", Sequence.Of(
            new Mapping
            {
                { "fromEndpoints", Sequence.Of(new Mapping
                    {
                        { "matchExpressions",
                            Sequence.Of(new Mapping { { "key", "k8s:io.kubernetes.pod.namespace" }, { "operator", "Exists" } }) },
                    })
                },
                { "toPorts", Ports(("ANY", CoreDnsNames.DnsPort)) },
            },
            new Mapping { { "fromEntities", Resources.Texts("host") },
                { "toPorts", Ports(("ANY", CoreDnsNames.DnsPort), ("TCP", NodeLocalDnsNames.HealthPort)) } },
            new Mapping
            {
                { "fromEndpoints", Sequence.Of(new Mapping
                    {
                        { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace",
                            Scalar.Variable(Variables.MonitoringNamespace) } } },
                    })
                },
                { "toPorts", Ports(("TCP", NodeLocalDnsNames.MetricsPort), ("TCP", NodeLocalDnsNames.SetupMetricsPort)) },
            })
        },
    });

    private static Mapping NamedPort(string name, string protocol) => new()
    {
        { "port", CoreDnsNames.DnsPort.ToString(CultureInfo.InvariantCulture) },
        { "name", name },
        { "protocol", protocol },
    };

    private static Sequence Ports(params IEnumerable<(string Protocol, int Port)> ports) => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(ports.Select(port => new Mapping
            {
                { "port", port.Port.ToString(CultureInfo.InvariantCulture) },
                { "protocol", port.Protocol },
            }))
        },
    });
}
