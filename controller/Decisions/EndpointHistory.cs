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

    /// <summary>When it was removed from DNS, the latest last.</summary>
    public ImmutableArray<TimeSpan> Removals { get; init; } = [];

    public EndpointHistory With(ProbeResult result) => result.Healthy
        ? this with { Failures = 0, Successes = Successes + 1, FailingSince = null, Last = result }
        : this with { Failures = Failures + 1, Successes = 0, FailingSince = FailingSince ?? result.Started, Last = result };

    public EndpointHistory RemovedAt(TimeSpan now, TimeSpan window) =>
        this with { Successes = 0, Removals = [.. Removals.Where(at => now - at < window), now] };

    /// <summary>Successes needed to come back: doubled for every removal in the window but the last.</summary>
    public int SuccessesNeeded(int threshold, int maxDoublings, TimeSpan window, TimeSpan now)
    {
        var flaps = Removals.Count(at => now - at < window) - 1;
        return threshold << Math.Clamp(flaps, 0, maxDoublings);
    }
}
