using System.Collections.Immutable;
using System.Net;

namespace PlatformGitOps.Generator.Definition;

/// <summary>How CoreDNS runs in one cluster.</summary>
public sealed record DnsSettings
{
    public required IPAddress ClusterIP { get; init; }

    public required int Replicas { get; init; }

    /// <summary>The disruption budget's minimum, always below the replicas.</summary>
    public required int MinAvailable { get; init; }

    /// <summary>Where other names than the cluster's are asked, in order.</summary>
    public required ImmutableArray<Upstream> Upstreams { get; init; }

    public required ResourceSettings Resources { get; init; }

    public required Autoscaling Autoscaling { get; init; }

    /// <summary>What the log plugin writes.</summary>
    public required LogClass Log { get; init; }
}
