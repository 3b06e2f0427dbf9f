using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Substrate;
using static PlatformGitOps.Generator.Emission.PolicyParts;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>Objects for Cilium without kube-proxy: the redirect, and the policy of the cache's pods.</summary>
internal static class NodeLocalDnsRedirect
{
    /// <summary>
    /// Sends queries to the Service kube-dns to the cache on the same node, or to CoreDNS if the cache is not ready. Ports are matched by
    /// their names in the Service.
    /// </summary>
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

    /// <summary>As for CoreDNS's pods: DNS from workloads and nodes, metrics for the monitoring namespace, health for the node.</summary>
    public static Mapping Policy() => Resources.Object("cilium.io/v2", "CiliumNetworkPolicy", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "endpointSelector", NodeLocalDnsNames.Selector() },
        { "ingress", Sequence.Of(
            new Mapping
            {
                { "fromEndpoints", Sequence.Of(CiliumEveryNamespace()) },
                { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort)) },
            },
            new Mapping { { "fromEntities", Resources.Texts("host") },
                { "toPorts", CiliumPorts(("ANY", CoreDnsNames.DnsPort), ("TCP", NodeLocalDnsNames.HealthPort),
                    ("TCP", NodeLocalDnsNames.ReadinessPort)) } },
            new Mapping
            {
                { "fromEndpoints", Sequence.Of(CiliumNamespace(Scalar.Variable(Variables.MonitoringNamespace))) },
                { "toPorts", CiliumPorts(("TCP", NodeLocalDnsNames.MetricsPort)) },
            })
        },
    });

    private static Mapping NamedPort(string name, string protocol) => new()
    {
        { "port", CoreDnsNames.DnsPort.ToString(CultureInfo.InvariantCulture) },
        { "name", name },
        { "protocol", protocol },
    };
}

/// <summary>The servers for substrates' names, which caches forward to the substrate itself: a component for each substrate.</summary>
internal static class NodeLocalSubstrate
{
    public static string ComponentOf(SubstrateSettings substrate) => $"substrate-{substrate.Name}";

    /// <summary>The server for a substrate's names. Caches read it at start-up, so every change rolls them out.</summary>
    public static IEnumerable<GeneratedFile> Files(SubstrateSettings substrate) => NodeLocalDnsApp.Patched(
        $"{NodeLocalDnsApp.ComponentsFolder}/{ComponentOf(substrate)}",
        NodeLocalDnsConfig.ConfigMap(substrate),
        new Mapping
        {
            { "apiVersion", "apps/v1" },
            { "kind", "DaemonSet" },
            { "metadata", Resources.Metadata(NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace) },
            { "spec", new Mapping { { "template", new Mapping { { "metadata", new Mapping { { "annotations", new Mapping
                {
                    { "dns.aikernel.io/substrate",
                        $"{NodeLocalDnsConfig.HashOf(substrate)} at ${{{SubstrateApp.ServersVariable}}}" },
                } } } } } } } },
        });

    /// <summary>Checks what CoreDNS did for the pods before the caches do it.</summary>
    public static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Substrate is not { } substrate)
        {
            return;
        }

        // With the redirect the cache is a pod; otherwise it uses the host network.
        var (range, key) = cluster.KubeProxy == KubeProxyMode.None
            ? (cluster.Pods, "network.pods") : (cluster.Nodes, "network.nodes");
        if (range is not null && !substrate.AllowedNetworks.Any(allowed => allowed.Contains(range.First) && allowed.Contains(range.Last())))
        {
            at.Report(DefinitionRules.NodeLocalSubstrateNetworks, key,
                $"The caches ask the substrate '{substrate.Name}' from {range}, which is not in its allowedNetworks: it refuses them.",
                $"Add {range} to the allowedNetworks of '{substrate.Name}', and install that on its hosts first.",
                "nodeLocalDns.enabled");
        }

        foreach (var (server, place) in cluster.Dns.ExtraServers.Zip(at.At("dns").Entries("extraServers"))
            .Where(entry => entry.First.Port == CoreDnsNames.DnsPort))
        {
            foreach (var (index, zone) in server.Zones.Index())
            {
                if (SubstrateForward.Zones(substrate).Any(own => $".{zone}".EndsWith($".{own}", StringComparison.Ordinal)))
                {
                    place.Report(DefinitionRules.NodeLocalSubstrateServer, $"zones[{index}]",
                        $"CoreDNS has a server for {zone}, and the caches ask the substrate '{substrate.Name}' for its names instead.",
                        "Give the zone another name, bring its records to the substrate, or switch the cache off.");
                }
            }
        }
    }
}
