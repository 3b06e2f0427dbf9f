namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What a disruption cost.</summary>
public sealed record LossReport
{
    public required IReadOnlyList<TransportLoss> Transports { get; init; }

    /// <summary>Stretches with lost packets, retries or failures.</summary>
    public required IReadOnlyList<LossWindow> Disturbances { get; init; }

    /// <summary>Stretches in which clients saw failures.</summary>
    public required IReadOnlyList<LossWindow> Outages { get; init; }

    /// <summary>How many questions each instance answered; those of instances that do not say who they are count under "unknown".</summary>
    public required IReadOnlyDictionary<string, int> AnsweredBy { get; init; }

    public required IReadOnlyList<string> Gaps { get; init; }

    public required long Skipped { get; init; }

    /// <summary>The longest time in which some transport was not asked on at all: an outage within it would not have been seen.</summary>
    public required TimeSpan LongestSilence { get; init; }

    public int Queries => Transports.Sum(t => t.Queries);

    public int LostPackets => Transports.Sum(t => t.LostPackets);

    public int Retried => Transports.Sum(t => t.Retried);

    public int Failures => Transports.Sum(t => t.Failures);
}
