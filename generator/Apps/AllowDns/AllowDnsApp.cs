using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Apps.AllowDns;

/// <summary>
/// <c>kubernetes/components/networkpolicy</c>: the Component that a workload namespace includes so that its pods may query DNS,
/// once for each policy API. No cluster applies it by itself, and a namespace does not say on which one it is: where one of them has
/// NodeLocal DNSCache, the component allows the caches too.
/// </summary>
internal sealed class AllowDnsApp : App
{
    public override string Name => "allow-dns";

    public override bool HasLayer => false;

    internal const string Folder = $"{Layout.Components}/networkpolicy";

    // Also the label under which kubeadm and older charts run DNS, so that a cluster can be taken over without an outage.
    private static readonly string[] DnsApps = [CoreDnsNames.App, "coredns"];

    public override IEnumerable<GeneratedFile> Files(Platform platform)
    {
        var caches = Caches.Of(platform);
        // Those of every cluster: the pods of the others do not listen on them.
        int[] exposed = [.. platform.Clusters.SelectMany(cluster => cluster.Dns.ExposedPorts).Distinct().Order()];
        return
        [
            Layout.File($"{Folder}/{Name}/kustomization.yaml", Resources.Component(["ciliumnetworkpolicy.yaml"])),
            Layout.File($"{Folder}/{Name}/ciliumnetworkpolicy.yaml", Cilium(caches, exposed)),
            Layout.File($"{Folder}/{Name}-kubernetes/kustomization.yaml", Resources.Component(["networkpolicy.yaml"])),
            Layout.File($"{Folder}/{Name}-kubernetes/networkpolicy.yaml", Kubernetes(caches, exposed)),
        ];
    }

    private Mapping Cilium(Caches caches, int[] exposed) => Resources.Object(
        "cilium.io/v2",
        "CiliumNetworkPolicy",
        Resources.Metadata(Name, null),
        new Mapping
        {
            { "endpointSelector", new Mapping() },
            // An allowance only: without this a first egress rule would cut every pod of the namespace off from all else.
            { "enableDefaultDeny", new Mapping { { "egress", false } } },
            { "egress", Sequence.Of((Mapping[])
                [
                    new Mapping
                    {
                        { "toEndpoints", Sequence.Of(new Mapping
                            {
                                { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace", CoreDnsNames.Namespace } } },
                                { "matchExpressions", Sequence.Of(In("k8s:" + CoreDnsNames.AppLabel, caches)) },
                            })
                        },
                        { "toPorts", CiliumPorts(exposed) },
                    },
                    // A cache in the node's network: every address of the node is its host, the link-local one and that of the Service
                    // included.
                    .. caches.Addresses.IsEmpty ? (Mapping[])[]
                        : [new Mapping { { "toEntities", Resources.Texts("host") }, { "toPorts", CiliumPorts() } }],
                ])
            },
        });

    private Mapping Kubernetes(Caches caches, int[] exposed) => Resources.Object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        Resources.Metadata(Name, null),
        new Mapping
        {
            { "podSelector", new Mapping() },
            { "policyTypes", Resources.Texts("Egress") },
            { "egress", Sequence.Of((Mapping[])
                [
                    new Mapping
                    {
                        { "to", Sequence.Of((Mapping[])
                            [
                                Pods(caches),
                                // No selector can name a cache in the node's network.
                                .. caches.Addresses.Select(range => PolicyParts.Block(range)),
                            ])
                        },
                        { "ports", Sequence.Of(IngressPolicies.DnsPortsOf([CoreDnsNames.DnsPort])) },
                    },
                    .. exposed.Length == 0 ? (Mapping[])[] :
                    [
                        new Mapping
                        {
                            { "to", Sequence.Of(Pods(caches)) },
                            { "ports", Sequence.Of(IngressPolicies.DnsPortsOf(exposed)) },
                        },
                    ],
                ])
            },
        });

    private static Mapping Pods(Caches caches) => new()
    {
        { "namespaceSelector",
            new Mapping { { "matchLabels", new Mapping { { "kubernetes.io/metadata.name", CoreDnsNames.Namespace } } } } },
        { "podSelector", new Mapping { { "matchExpressions", Sequence.Of(In(CoreDnsNames.AppLabel, caches)) } } },
    };

    private static Mapping In(string key, Caches caches) => new()
    {
        { "key", key },
        { "operator", "In" },
        { "values", Resources.Texts([.. DnsApps, .. caches.BehindRedirect ? (string[])[NodeLocalDnsNames.Name] : []]) },
    };

    /// <summary>The port after translation: the pods listen where the Service does (cilium#13308).</summary>
    private static Sequence CiliumPorts(params IEnumerable<int> exposed) => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(IngressPolicies.CiliumDnsPorts(exposed.Prepend(CoreDnsNames.DnsPort))) },
    });

    /// <summary>The NodeLocal DNSCaches of all clusters.</summary>
    /// <param name="BehindRedirect">Whether some run in pods, to which Cilium redirects.</param>
    /// <param name="Addresses">Those of caches in the node's network, as ranges of one address.</param>
    private sealed record Caches(bool BehindRedirect, ImmutableArray<string> Addresses)
    {
        public static Caches Of(Platform platform)
        {
            var cached = platform.Clusters.Where(cluster => cluster.Of<NodeLocalDnsSettings>() is not null)
                .ToLookup(NodeLocalDnsSettings.WayIn);
            return new Caches(
                cached.Contains(NodeLocalDnsWay.LocalRedirect),
                [
                    .. cached.Where(way => way.Key != NodeLocalDnsWay.LocalRedirect).SelectMany(way => way)
                        .SelectMany(NodeLocalDnsSettings.Listens).Select(IpText.Range).Distinct().Order(StringComparer.Ordinal),
                ]);
        }
    }
}
