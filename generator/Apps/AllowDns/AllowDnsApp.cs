using System.Globalization;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.AllowDns;

/// <summary>
/// <c>kubernetes/components/networkpolicy</c>: the Component that a workload namespace includes so that its pods may query DNS,
/// once for each policy API. No cluster applies it by itself.
/// </summary>
internal sealed class AllowDnsApp : App
{
    public override string Name => "allow-dns";

    private const string Folder = "kubernetes/components/networkpolicy";

    // Also the label under which kubeadm and older charts run DNS, so that a cluster can be taken over without an outage.
    private static readonly Sequence DnsApps = Resources.Texts(CoreDnsNames.App, "coredns");

    public override IEnumerable<GeneratedFile> Files(Platform platform) =>
    [
        Layout.File($"{Folder}/{Name}/kustomization.yaml", Resources.Component(["ciliumnetworkpolicy.yaml"])),
        Layout.File($"{Folder}/{Name}/ciliumnetworkpolicy.yaml", Cilium()),
        Layout.File($"{Folder}/{Name}-kubernetes/kustomization.yaml", Resources.Component(["networkpolicy.yaml"])),
        Layout.File($"{Folder}/{Name}-kubernetes/networkpolicy.yaml", Kubernetes()),
    ];

    private Mapping Cilium() => Resources.Object(
        "cilium.io/v2",
        "CiliumNetworkPolicy",
        Resources.Metadata(Name, null),
        new Mapping
        {
            { "endpointSelector", new Mapping() },
            // An allowance only: without this a first egress rule would cut every pod of the namespace off from all else.
            { "enableDefaultDeny", new Mapping { { "egress", false } } },
            { "egress", Sequence.Of(new Mapping
                {
                    { "toEndpoints", Sequence.Of(new Mapping
                        {
                            { "matchLabels", new Mapping { { "k8s:io.kubernetes.pod.namespace", CoreDnsNames.Namespace } } },
                            { "matchExpressions", Sequence.Of(In("k8s:" + CoreDnsNames.AppLabel)) },
                        })
                    },
                    // The port after translation: the pods listen where the Service does (cilium#13308).
                    { "toPorts", Sequence.Of(new Mapping
                        {
                            { "ports", Sequence.Of(new Mapping { { "port", CoreDnsNames.DnsPort.ToString(CultureInfo.InvariantCulture) },
                                { "protocol", "ANY" } }) },
                        })
                    },
                })
            },
        });

    private Mapping Kubernetes() => Resources.Object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        Resources.Metadata(Name, null),
        new Mapping
        {
            { "podSelector", new Mapping() },
            { "policyTypes", Resources.Texts("Egress") },
            { "egress", Sequence.Of(new Mapping
                {
                    { "to", Sequence.Of(new Mapping
                        {
                            { "namespaceSelector",
                                new Mapping { { "matchLabels",
                                new Mapping { { "kubernetes.io/metadata.name", CoreDnsNames.Namespace } } } } },
                            { "podSelector", new Mapping { { "matchExpressions", Sequence.Of(In(CoreDnsNames.AppLabel)) } } },
                        })
                    },
                    { "ports", Sequence.Of(Port("UDP"), Port("TCP")) },
                })
            },
        });

    private static Mapping In(string key) => new() { { "key", key }, { "operator", "In" }, { "values", DnsApps } };

    private static Mapping Port(string protocol) => new() { { "protocol", protocol }, { "port", CoreDnsNames.DnsPort } };
}
