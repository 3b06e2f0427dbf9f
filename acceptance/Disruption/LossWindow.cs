using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>A stretch of time in which one transport was disturbed.</summary>
public sealed record LossWindow
{
    public required DnsTransportKind Via { get; init; }

    /// <summary>When the first disturbed question was asked.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When the last disturbed question was asked, and one cadence more.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Questions asked in the window, disturbed or not.</summary>
    public required int Queries { get; init; }

    public required int LostPackets { get; init; }

    public required int Retried { get; init; }

    public required int Failures { get; init; }

    /// <summary>The last event before the window began, or within it; null when none came close.</summary>
    public ClusterEvent? Cause { get; init; }

    public TimeSpan Length => To - From;
}
