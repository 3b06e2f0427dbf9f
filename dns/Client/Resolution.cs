using System.Collections.Immutable;

namespace PlatformGitOps.Dns.Client;

/// <summary>All attempts of one question; the last one is what the client sees.</summary>
public sealed record Resolution(ImmutableArray<Attempt> Attempts)
{
    public Attempt Final => Attempts[^1];

    /// <summary>What the caller waited.</summary>
    public TimeSpan Elapsed => Attempts.Aggregate(TimeSpan.Zero, (sum, attempt) => sum + attempt.Elapsed);
}
