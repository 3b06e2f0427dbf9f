using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>The cost of a disruption.</summary>
public sealed record LossReport
{
    public required IReadOnlyList<TransportLoss> Transports { get; init; }

    /// <summary>Windows with lost packets, retries or failures.</summary>
    public required IReadOnlyList<LossWindow> Disturbances { get; init; }

    /// <summary>Windows in which clients saw failures.</summary>
    public required IReadOnlyList<LossWindow> Outages { get; init; }

    /// <summary>The number of queries that each instance answered; "unknown" for instances without an identifier.</summary>
    public required IReadOnlyDictionary<string, int> AnsweredBy { get; init; }

    public required IReadOnlyList<string> Gaps { get; init; }

    public required long Skipped { get; init; }

    /// <summary>Answers of DNS pods that reached no client, of any client; null if unknown.</summary>
    public int? StrayAnswers { get; init; }

    /// <summary>
    /// The <see cref="LostPackets"/> with a stray answer, by pod, client, port and time; null if unknown. Several lost answers of one pod
    /// to one socket within a few seconds may count as one.
    /// </summary>
    public int? Forgotten { get; init; }

    /// <summary>The longest time without a query of one prober on a transport; an outage in it would not have been seen.</summary>
    public required TimeSpan LongestSilence { get; init; }

    public int Queries => Transports.Sum(t => t.Queries);

    public int LostPackets => Transports.Sum(t => t.LostPackets);

    public int Retried => Transports.Sum(t => t.Retried);

    public int Failures => Transports.Sum(t => t.Failures);
}

/// <summary>The figures of one transport. Latencies are the client's, including retries.</summary>
public sealed record TransportLoss
{
    public required DnsTransportKind Via { get; init; }

    public required int Queries { get; init; }

    public required int Attempts { get; init; }

    public required int LostPackets { get; init; }

    /// <summary>Queries that were answered, but not at the first attempt.</summary>
    public required int Retried { get; init; }

    /// <summary>Queries that failed for the client.</summary>
    public required int Failures { get; init; }

    public required IReadOnlyDictionary<AttemptOutcome, int> FailuresByOutcome { get; init; }

    /// <summary>The sum of all windows with failures for clients.</summary>
    public required TimeSpan LostTime { get; init; }

    public required TimeSpan LongestOutage { get; init; }

    public required TimeSpan P50 { get; init; }

    public required TimeSpan P90 { get; init; }

    public required TimeSpan P99 { get; init; }

    public required TimeSpan P999 { get; init; }

    public required TimeSpan Slowest { get; init; }
}

/// <summary>A window in which one transport was disturbed.</summary>
public sealed record LossWindow
{
    public required DnsTransportKind Via { get; init; }

    /// <summary>When the first disturbed query was sent.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When the last disturbed query was sent, plus one interval.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Queries sent in the window, disturbed or not.</summary>
    public required int Queries { get; init; }

    public required int LostPackets { get; init; }

    public required int Retried { get; init; }

    public required int Failures { get; init; }

    /// <summary>The last event before or within the window; null if none was close.</summary>
    public ClusterEvent? Cause { get; init; }

    public TimeSpan Length => To - From;
}

/// <summary>A transport's name in reports.</summary>
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
