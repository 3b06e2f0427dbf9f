using PlatformGitOps.Generator.Definition.Binding;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>How many pods and Services a cluster has at most, as its owner expects.</summary>
public sealed record ClusterSize(int Pods, int Services)
{
    private const decimal Megabyte = 1_000_000;

    // The entries of CoreDNS's own cache, which the formula has in it, and what they take.
    private const decimal UsualCapacity = 9984;
    private const decimal UsualCache = 30;

    internal static ClusterSize Bind(Section section) => new(
        section.Number("maxPods", 0, 0, 1_000_000, "The most pods that the cluster will have."),
        section.Number("maxServices", 0, 0, 1_000_000, "The most Services that the cluster will have."));

    /// <summary>
    /// The bytes that one CoreDNS pod needs by CoreDNS's guide (coredns/deployment, kubernetes/Scaling_CoreDNS.md), which has 30 MB for a
    /// full cache of the usual capacity in it; another capacity takes its share. The guide is of CoreDNS 1.2: the factors are what 1.11.4
    /// was measured to need beside it (docs/corefile.md).
    /// </summary>
    internal decimal Needs(DnsSettings dns)
    {
        var (each, fixedPart, measured) = dns.Autopath ? (250m, 56m, 3.1m) : (1000m, 54m, 1.25m);
        var guide = ((Pods + (decimal)Services) / each) + fixedPart + (UsualCache * ((dns.Cache.Capacity / UsualCapacity) - 1));
        return Megabyte * measured * guide;
    }
}
