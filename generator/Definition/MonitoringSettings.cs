using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>Who scrapes CoreDNS and evaluates its alerts.</summary>
public sealed record MonitoringSettings
{
    public required MonitoringFlavour Flavour { get; init; }

    /// <summary>Where the scraper runs: the only namespace that may reach the metrics port.</summary>
    public required DnsLabel Namespace { get; init; }

    /// <summary>The <c>release</c> label by which a Prometheus selects its ServiceMonitors and rules.</summary>
    public required DnsLabel Release { get; init; }

    /// <summary>True when this tree brings the monitoring.coreos.com definitions.</summary>
    public required bool ManageCrds { get; init; }
}
