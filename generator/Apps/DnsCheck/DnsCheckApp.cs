using System.Security.Cryptography;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.DnsCheck;

/// <summary>The DNS check that runs on every node.</summary>
/// <param name="Image">An image with nslookup and xargs.</param>
/// <param name="Names">The names to resolve, besides that of the API server.</param>
public sealed record DnsCheckSettings(string Image, ImmutableArray<DomainName> Names)
{
    public const string DefaultImage = "docker.io/library/busybox:1.37.0";

    internal static DnsCheckSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false,
            "Whether a pod on every node must resolve names before Flux calls a delivery done "
                + $"({Docs.Page("definition.md#groups-and-one-cluster-before-the-others")}).");
        var settings = new DnsCheckSettings(
            section.Text("image", Forms.Image, DefaultImage, "An image with nslookup and xargs."),
            section.List("names", Forms.Name with { Example = "example.com" }, (0, 20, Definition.Rules.DefinitionRules.ItemCount),
                "Names beside kubernetes.default.svc, which must have an address of the cluster's family.") ?? []);
        return enabled ? settings : null;
    }
}

/// <summary>Names of the DNS check's objects.</summary>
public static class DnsCheckNames
{
    public const string Name = "dns-check";
    public const string Namespace = CoreDnsNames.Namespace;
    public const string AppLabel = CoreDnsNames.AppLabel;
    public const string ImageVariable = "DNS_CHECK_IMAGE";

    /// <summary>An annotation of the pod template: hashes of CoreDNS's files, this cluster's own and the shared ones.</summary>
    public const string DeliveredAnnotation = "dns.aikernel.io/delivered";
    public const string DeliveredBaseAnnotation = "dns.aikernel.io/delivered-base";
}

/// <summary>
/// <c>kubernetes/bases/dns-check</c>: a pod on every node that is ready if it can resolve names. A change of CoreDNS's files changes an
/// annotation of its template: the pods are replaced, and Flux waits for the new ones.
/// </summary>
internal sealed class DnsCheckApp : App
{
    public const string Folder = $"{Layout.Bases}/{DnsCheckNames.Name}";

    private const string TypeVariable = "DNS_CHECK_TYPE";
    private const string NamesVariable = "DNS_CHECK_NAMES";
    private const string DeliveredVariable = "DNS_CHECK_DELIVERED";

    // User nobody; the container needs no user of the image.
    private const int User = 65534;

    public override string Name => DnsCheckNames.Name;

    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName, NodeLocalDns.NodeLocalDnsNames.Name];

    public override object? Bind(Section cluster) =>
        cluster.Mapping("dnsCheck", "Whether a delivery is done only when names resolve on every node.", DnsCheckSettings.Bind);

    public override string Starter => """
            # Flux calls a delivery done only when names resolve on every node; names asks for more than the API server's.
            # dnsCheck:
              # enabled: false

        """;

    public override IEnumerable<GeneratedFile> Files(Platform platform) =>
        platform.Clusters.All(cluster => cluster.Of<DnsCheckSettings>() is null)
        ? []
        :
        [
            Layout.File($"{Folder}/daemonset.yaml", DaemonSet(Shared(platform))),
            Layout.File($"{Folder}/kustomization.yaml", Resources.Kustomization(["daemonset.yaml"])),
        ];

    public override FluxKustomization? Layer(Cluster cluster) => cluster.Of<DnsCheckSettings>() is null ? null : new FluxKustomization
    {
        Name = NameIn(cluster),
        Path = Folder,
        Patches = [.. CommonPatches.OfPods(cluster, "DaemonSet", placed: false)],
    };

    public override Mapping Settings(Cluster cluster) => cluster.Of<DnsCheckSettings>() is not { } settings ? [] : new Mapping
    {
        { DnsCheckNames.ImageVariable,
            cluster.Workloads.ImageOf(settings.Image, DnsCheckSettings.DefaultImage),
            "What each node asks before a delivery is done." },
        { TypeVariable, cluster.Services.Family == System.Net.Sockets.AddressFamily.InterNetwork ? "a" : "aaaa" },
        { NamesVariable, string.Join(' ', settings.Names.Select(name => $"{name}.").Prepend($"kubernetes.default.svc.{cluster.Domain}.")) },
        { DeliveredVariable, Hash(cluster), "Changes with CoreDNS's layer and settings: the pods are then replaced." },
    };

    /// <summary>The hash of CoreDNS's files that clusters share.</summary>
    private static string Shared(Platform platform) => Hash(string.Concat(
        AppList.All.OfType<CoreDnsApp>().Single().Files(platform).OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => file.Text)));

    /// <summary>The hash of CoreDNS's own part of a cluster: settings, components, patches and versions.</summary>
    private static string Hash(Cluster cluster)
    {
        var app = AppList.All.OfType<CoreDnsApp>().Single();
        var layer = AppList.LayerIn(app, cluster)!;
        return Hash(YamlWriter.WriteFragment(new Mapping
        {
            { "path", layer.Path },
            { "components", Resources.Texts(layer.Components) },
            { "patches", Sequence.Of(layer.Patches) },
            { "settings", app.Settings(cluster) },
        }));
    }

    private static string Hash(string text) => $"sha256-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}";

    private static Mapping DaemonSet(string shared) => Resources.Object("apps/v1", "DaemonSet",
        Resources.Metadata(DnsCheckNames.Name, DnsCheckNames.Namespace, Labels()), new Mapping
    {
        { "selector", new Mapping { { "matchLabels", Labels() } } },
        // A pod that cannot resolve names only blocks the delivery.
        { "updateStrategy", new Mapping { { "type", "RollingUpdate" },
            { "rollingUpdate", new Mapping { { "maxUnavailable", "100%" } } } } },
        { "template", new Mapping
            {
                { "metadata", new Mapping
                    {
                        { "labels", Labels() },
                        { "annotations", new Mapping
                            {
                                { DnsCheckNames.DeliveredAnnotation, $"${{{DeliveredVariable}}}" },
                                { DnsCheckNames.DeliveredBaseAnnotation, shared },
                            }
                        },
                    }
                },
                { "spec", Pod() },
            }
        },
    });

    private static Mapping Pod() => new()
    {
        { "automountServiceAccountToken", false },
        // The process only sleeps and does not handle signals.
        { "terminationGracePeriodSeconds", 1 },
        { "nodeSelector", PodParts.OnLinux() },
        { "tolerations", Sequence.Of(new Mapping { { "operator", "Exists" } }) },
        { "securityContext", new Mapping
            {
                { "runAsNonRoot", true },
                { "runAsUser", User },
                { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
            }
        },
        { "containers", Sequence.Of(new Mapping
            {
                { "name", DnsCheckNames.Name },
                { "image", Scalar.Variable(DnsCheckNames.ImageVariable) },
                { "command", Resources.Texts("sleep", "2147483647") },
                { "readinessProbe", new Mapping
                    {
                        { "exec", new Mapping { { "command", Resources.Texts("sh", "-c",
                            $"echo ${{{NamesVariable}}} | xargs -n 1 nslookup -type=${{{TypeVariable}}}") } } },
                        { "periodSeconds", 10 },
                        { "timeoutSeconds", 9 },
                        { "failureThreshold", 2 },
                    }
                },
                { "resources", new Mapping
                    {
                        { "requests", new Mapping { { "cpu", "5m" }, { "memory", "8Mi" } } },
                        { "limits", new Mapping { { "memory", "32Mi" } } },
                    }
                },
                { "securityContext", PodParts.Restricted() },
            })
        },
    };

    private static Mapping Labels() => new() { { DnsCheckNames.AppLabel, DnsCheckNames.Name } };
}
