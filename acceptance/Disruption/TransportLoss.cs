using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>The figures of one transport. Latencies are what the client waited, retries included.</summary>
public sealed record TransportLoss
{
    public required DnsTransportKind Via { get; init; }

    public required int Queries { get; init; }

    public required int Attempts { get; init; }

    public required int LostPackets { get; init; }

    /// <summary>Questions answered, but not at the first attempt.</summary>
    public required int Retried { get; init; }

    /// <summary>Questions that the client saw fail.</summary>
    public required int Failures { get; init; }

    public required IReadOnlyDictionary<AttemptOutcome, int> FailuresByOutcome { get; init; }

    /// <summary>The sum of all windows in which clients saw failures.</summary>
    public required TimeSpan LostTime { get; init; }

    public required TimeSpan LongestOutage { get; init; }

    public required TimeSpan P50 { get; init; }

    public required TimeSpan P90 { get; init; }

    public required TimeSpan P99 { get; init; }

    public required TimeSpan P999 { get; init; }

    public required TimeSpan Slowest { get; init; }
}
