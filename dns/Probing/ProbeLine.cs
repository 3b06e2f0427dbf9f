namespace PlatformGitOps.Dns.Probing;

/// <summary>One line of a prober's log: exactly one of its members is set.</summary>
public sealed record ProbeLine
{
    public ProbeStart? Start { get; init; }

    public ProbeAttempt? Attempt { get; init; }

    public ProbeEnd? End { get; init; }
}
