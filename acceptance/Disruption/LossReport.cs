using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What a disruption cost.</summary>
public sealed record LossReport
{
    public required IReadOnlyList<TransportLoss> Transports { get; init; }

    /// <summary>Stretches with lost packets, retries or failures.</summary>
    public required IReadOnlyList<LossWindow> Disturbances { get; init; }

    /// <summary>Stretches in which clients saw failures.</summary>
    public required IReadOnlyList<LossWindow> Outages { get; init; }

    /// <summary>How many queries each instance answered; those of instances that do not say who they are count under "unknown".</summary>
    public required IReadOnlyDictionary<string, int> AnsweredBy { get; init; }

    public required IReadOnlyList<string> Gaps { get; init; }

    public required long Skipped { get; init; }

    /// <summary>Answers of DNS pods that came back to nobody, whoever asked; null where nobody could look.</summary>
    public int? StrayAnswers { get; init; }

    /// <summary>
    /// Of <see cref="LostPackets"/>, those whose answer was such a one, by pod, client, port and time; null where nobody could look. A
    /// socket that loses several answers of one pod within a few seconds may count as one.
    /// </summary>
    public int? Forgotten { get; init; }

    /// <summary>The longest time without a query on some transport; an outage within it would not have been seen.</summary>
    public required TimeSpan LongestSilence { get; init; }

    public int Queries => Transports.Sum(t => t.Queries);

    public int LostPackets => Transports.Sum(t => t.LostPackets);

    public int Retried => Transports.Sum(t => t.Retried);

    public int Failures => Transports.Sum(t => t.Failures);
}

/// <summary>The figures of one transport. Latencies are what the client waited, retries included.</summary>
public sealed record TransportLoss
{
    public required DnsTransportKind Via { get; init; }

    public required int Queries { get; init; }

    public required int Attempts { get; init; }

    public required int LostPackets { get; init; }

    /// <summary>Queries answered, but not at the first attempt.</summary>
    public required int Retried { get; init; }

    /// <summary>Queries that the client saw fail.</summary>
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

/// <summary>A stretch of time in which one transport was disturbed.</summary>
public sealed record LossWindow
{
    public required DnsTransportKind Via { get; init; }

    /// <summary>When the first disturbed query was sent.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When the last disturbed query was sent, plus one cadence.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Queries sent in the window, disturbed or not.</summary>
    public required int Queries { get; init; }

    public required int LostPackets { get; init; }

    public required int Retried { get; init; }

    public required int Failures { get; init; }

    /// <summary>The last event before the window began, or within it; null when none came close.</summary>
    public ClusterEvent? Cause { get; init; }

    public TimeSpan Length => To - From;
}

/// <summary>A transport in a reader's words.</summary>
public static class TransportName
{
    public static string Of(DnsTransportKind kind) => kind switch
    {
        DnsTransportKind.FreshUdp => "UDP, fresh socket",
        DnsTransportKind.ReusedUdp => "UDP, reused socket",
        DnsTransportKind.Tcp => "TCP",
        _ => kind.ToString(),
    };
}
