using System.Collections.Immutable;
using PlatformGitOps.Controller.Decisions;

namespace PlatformGitOps.Controller.Geo;

/// <summary>What is known of an address.</summary>
internal enum TargetVerdict
{
    /// <summary>Not enough results yet, or none for too long.</summary>
    Unknown,
    Healthy,
    Unhealthy,
}

/// <summary>The results of one address so far. Times are monotonic, since the process began.</summary>
internal sealed record TargetHealth
{
    public static TargetHealth Empty { get; } = new();

    public TargetVerdict Verdict { get; init; }

    public int Failures { get; init; }

    public int Successes { get; init; }

    public ImmutableArray<TimeSpan> Drops { get; init; } = [];

    public TimeSpan? LastResult { get; init; }

    public TargetHealth With(bool healthy, TimeSpan now, TargetRules rules)
    {
        var next = healthy
            ? this with { Failures = 0, Successes = Successes + 1, LastResult = now }
            : this with { Failures = Failures + 1, Successes = 0, LastResult = now };
        var needed = Verdict == TargetVerdict.Unhealthy
            ? Flapping.SuccessesNeeded(Drops, rules.SuccessThreshold, rules.MaxFlapDoublings, rules.FlapWindow, now)
            : 1;
        return next switch
        {
            { Verdict: not TargetVerdict.Healthy } when next.Successes >= needed => next with { Verdict = TargetVerdict.Healthy },
            { Verdict: not TargetVerdict.Unhealthy } when next.Failures >= rules.FailureThreshold => next with
            {
                Verdict = TargetVerdict.Unhealthy,
                // One that was never up has not come down.
                Drops = next.Verdict == TargetVerdict.Healthy ? Flapping.With(Drops, now, rules.FlapWindow) : Drops,
            },
            _ => next,
        };
    }

    /// <summary>The verdict, unless its last result is too old to say anything.</summary>
    public TargetVerdict At(TimeSpan now, TargetRules rules) =>
        LastResult is { } last && now - last <= rules.Stale ? Verdict : TargetVerdict.Unknown;
}
