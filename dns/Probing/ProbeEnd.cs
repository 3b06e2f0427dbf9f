namespace PlatformGitOps.Dns.Probing;

/// <summary>The last line of a prober's log. A log without it, or with other counts than its own, is not whole.</summary>
public sealed record ProbeEnd
{
    public required DateTimeOffset At { get; init; }

    public required long Queries { get; init; }

    public required long Attempts { get; init; }

    /// <summary>Questions not asked because the prober itself was behind its cadence: a busy machine, not a DNS failure.</summary>
    public required long Skipped { get; init; }
}
