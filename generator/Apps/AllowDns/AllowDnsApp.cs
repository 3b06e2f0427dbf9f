using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Apps.AllowDns;

/// <summary>
/// <c>kubernetes/components/networkpolicy</c>: a kustomize Component for namespaces of workloads, so that their pods may query DNS; one for
/// each policy API. No cluster applies it itself, and its cluster is unknown here: if any cluster has NodeLocal DNSCache, it allows the
/// caches too.
/// </summary>
internal sealed class AllowDnsApp : App
{
    public override string Name => "allow-dns";

    public override bool HasLayer => false;

    internal const string Folder = $"{Layout.Components}/networkpolicy";

    // Also the label of DNS pods from kubeadm and older charts, so that a takeover has no outage.
    private static readonly string[] DnsApps = [CoreDnsNames.App, "coredns"];

    public override IEnumerable<GeneratedFile> Files(Platform platform)
    {
        var caches = Caches.Of(platform);
        // The ports of all clusters: in other clusters the pods do not listen on them.
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
            // Only allows: without this, a first egress rule would block all other traffic of the namespace.
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
                    // For a cache in the host network, all addresses of the node are its host: also the link-local one and the Service's.
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
                                // No selector matches a cache in the host network.
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

    /// <summary>Cilium matches the port after translation; the pods listen on the Service's port (cilium#13308).</summary>
    private static Sequence CiliumPorts(params IEnumerable<int> exposed) => Sequence.Of(new Mapping
    {
        { "ports", Sequence.Of(IngressPolicies.CiliumDnsPorts(exposed.Prepend(CoreDnsNames.DnsPort))) },
    });

    /// <summary>The NodeLocal DNSCaches of all clusters.</summary>
    /// <param name="BehindRedirect">True if some run in pods, to which Cilium redirects.</param>
    /// <param name="Addresses">The addresses of caches in the host network, as ranges of one address.</param>
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
