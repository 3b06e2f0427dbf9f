using System.Collections.Immutable;
using PlatformGitOps.Controller.Probing;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>The results of the probes of one endpoint.</summary>
internal sealed record EndpointHistory
{
    public static EndpointHistory Empty { get; } = new();

    /// <summary>In a row, up to now.</summary>
    public int Failures { get; init; }

    /// <summary>In a row, up to now.</summary>
    public int Successes { get; init; }

    /// <summary>The start of the first failed probe in the current row.</summary>
    public TimeSpan? FailingSince { get; init; }

    public ProbeResult? Last { get; init; }

    /// <summary>A probe succeeded once, as far back as this process knows.</summary>
    public bool WasHealthy { get; init; }

    public EndpointHistory With(ProbeResult result) => result.Healthy
        ? this with { Failures = 0, Successes = Successes + 1, FailingSince = null, Last = result, WasHealthy = true }
        : this with { Failures = Failures + 1, Successes = 0, FailingSince = FailingSince ?? result.Started, Last = result };
}

/// <summary>Damping: who was removed often lately must show more successes to come back.</summary>
internal static class Flapping
{
    public static ImmutableArray<TimeSpan> With(ImmutableArray<TimeSpan> removals, TimeSpan now, TimeSpan window) =>
        [.. removals.Where(at => now - at < window), now];

    /// <summary>Doubled for every removal in the window but the last.</summary>
    public static int SuccessesNeeded(ImmutableArray<TimeSpan> removals, int threshold, int maxDoublings, TimeSpan window, TimeSpan now)
    {
        var flaps = removals.Count(at => now - at < window) - 1;
        return threshold << Math.Clamp(flaps, 0, maxDoublings);
    }
}
