using PlatformGitOps.Generator.Charts;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>
/// The series that CoreDNS 1.11.4 exports; the list is the generator's, which checks alerts against it. Some series appear only after
/// the first event, so that one scrape cannot tell them all; the live half checks that what it scrapes is in here.
/// </summary>
public static class ExportedMetrics
{
    public static IReadOnlySet<string> Names { get; } = CoreDnsMetrics.Series.Keys.ToHashSet();

    /// <summary>Series that alerts watch and that a healthy CoreDNS has not yet: the first eviction from the cache makes them.</summary>
    public static IReadOnlySet<string> AfterAnEvent { get; } = new HashSet<string> { "coredns_cache_evictions_total" };
}
