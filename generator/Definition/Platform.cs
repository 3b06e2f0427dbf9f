using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Definition;

/// <summary>What <c>platform.yaml</c> says, checked and with every default filled in.</summary>
public sealed record Platform
{
    public required SourceRepository Repository { get; init; }

    public required FluxSettings Flux { get; init; }

    public required ChartPin CoreDns { get; init; }

    /// <summary>The chart that brings the monitoring.coreos.com definitions to clusters that have none.</summary>
    public required ChartPin MonitoringCrds { get; init; }

    /// <summary>In the order of the definition.</summary>
    public required ImmutableArray<Cluster> Clusters { get; init; }
}
