using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>Names of the NodeLocal DNSCache.</summary>
public static class NodeLocalDnsNames
{
    public const string Name = "node-local-dns";

    public const string Namespace = CoreDnsNames.Namespace;

    /// <summary>A second Service for CoreDNS's pods that the cache queries: the cache may take over the address of kube-dns.</summary>
    public const string UpstreamService = "kube-dns-upstream";

    public const string AppLabel = CoreDnsNames.AppLabel;

    public const int HealthPort = 8080;

    /// <summary>The port of the container whose end tells Cilium that the cache will stop.</summary>
    public const int ReadinessPort = 8079;

    /// <summary>Metrics of its CoreDNS and of the program that sets up interface and rules.</summary>
    public const int MetricsPort = 9253;

    /// <summary>Keeps the addresses while a cache stops. Calico and MetalLB ignore interfaces named nodelocaldns*.</summary>
    public const string SecondInterface = "nodelocaldns-2";

    // Keys of a cluster's settings.
    public const string ImageVariable = "NODE_LOCAL_DNS_IMAGE";
    public const string AddressesVariable = "NODE_LOCAL_DNS_ADDRESSES";
    public const string AddressVariable = "NODE_LOCAL_DNS_ADDRESS";
    public const string BindVariable = "NODE_LOCAL_DNS_BIND";
    public const string HealthVariable = "NODE_LOCAL_DNS_HEALTH";
    public const string TtlVariable = "NODE_LOCAL_DNS_CLUSTER_TTL";

    internal static Mapping Labels() => new() { { AppLabel, Name } };

    internal static Mapping Selector() => new() { { "matchLabels", Labels() } };

    internal static Mapping Metadata(string name = Name) => Resources.Metadata(name, Namespace, Labels());
}

/// <summary>
/// The CoreDNS version in an image of NodeLocal DNSCache, by its tag: from go.mod in github.com/kubernetes/dns at each tag up to 1.26.7.
/// Mirrors keep name and tag.
/// </summary>
internal static partial class NodeCacheImage
{
    /// <summary>
    /// The first tag with each version, oldest first. Older images have an older version, newer ones at least the last one.
    /// </summary>
    private static readonly (SemVer From, SemVer CoreDns)[] Releases =
    [
        (new(1, 16, 0), new(1, 7, 0)), (new(1, 20, 0), new(1, 8, 3)), (new(1, 21, 0), new(1, 7, 0)), (new(1, 22, 14), new(1, 10, 0)),
        (new(1, 24, 0), new(1, 11, 3)), (new(1, 26, 5), new(1, 12, 2)), (new(1, 26, 6), new(1, 13, 1)),
    ];

    /// <summary>Null for another image, or if the tag is not a version.</summary>
    public static SemVer? CoreDnsOf(string image) =>
        Tag().Match(image) is { Success: true } match && SemVer.TryParse(match.Groups[1].Value, out var tag, out _)
            ? Releases.LastOrDefault(release => release.From <= tag).CoreDns ?? Releases[0].CoreDns
            : null;

    /// <summary>Refuses an image whose CoreDNS would not start with the cache's Corefile.</summary>
    public static void Check(string image, SubstrateSettings? substrate, SectionReader at)
    {
        var (needed, why) = substrate is { Aliases.IsEmpty: false }
            ? (Corefile.OldestWithAliases, $"'rewrite cname' for the aliases of the substrate '{substrate.Name}'")
            : (Corefile.OldestWithServfail, "'servfail'");
        if (CoreDnsOf(image) is { } coreDns && coreDns < needed)
        {
            at.Report(DefinitionRules.NodeLocalImage, "nodeLocalDns.image",
                $"The cache's Corefile has {why}, which CoreDNS knows from {needed} on. This image has {coreDns} or older.",
                $"Write {Releases.First(known => known.CoreDns >= needed).From} or later, such as {NodeLocalDnsSettings.DefaultImage}.");
        }
    }

    // For example registry.k8s.io/dns/k8s-dns-node-cache:1.26.7 or rancher/mirrored-k8s-dns-node-cache:v1.26.7@sha256:...
    [GeneratedRegex(@"dns-node-cache:v?([0-9]+\.[0-9]+\.[0-9]+)(?![0-9.])", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
