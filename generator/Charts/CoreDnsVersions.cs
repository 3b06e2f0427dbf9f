using System.Collections.Immutable;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Charts;

/// <summary>Which CoreDNS a version of its chart runs (the chart's tags, read in July 2026).</summary>
public static class CoreDnsVersions
{
    /// <summary>The newest chart that this table knows.</summary>
    public static readonly SemVer Newest = new(1, 46, 2);

    private static readonly ImmutableArray<(SemVer FromChart, string CoreDns)> Table =
    [
        (new SemVer(1, 25, 0), "1.11.0"),
        (new SemVer(1, 26, 0), "1.11.1"),
        (new SemVer(1, 32, 0), "1.11.3"),
        (new SemVer(1, 36, 2), "1.11.4"),
        (new SemVer(1, 39, 0), "1.12.0"),
        (new SemVer(1, 42, 3), "1.12.2"),
        (new SemVer(1, 43, 2), "1.12.3"),
        (new SemVer(1, 45, 0), "1.13.1"),
    ];

    /// <summary>The CoreDNS that a chart runs where no tag is set; null for a chart that the table does not reach.</summary>
    public static string? Of(SemVer chart) =>
        chart > Newest ? null : Table.LastOrDefault(row => row.FromChart <= chart).CoreDns;

    /// <summary>
    /// Whether <see cref="CoreDnsChartValues"/> holds for a chart: from 1.36.0 (env) to before 1.42.1, where TCP became an option.
    /// </summary>
    public static bool HasKnownValues(SemVer chart) => chart >= new SemVer(1, 36, 0) && chart < new SemVer(1, 42, 1);
}
