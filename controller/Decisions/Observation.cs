using System.Collections.Immutable;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>The state of an endpoint in its Service.</summary>
internal enum EndpointState
{
    /// <summary>Kubernetes itself excludes it (not ready, terminating). This controller does nothing.</summary>
    NotReady,

    /// <summary>In DNS.</summary>
    Serving,

    /// <summary>Ready, but kept out of DNS by this controller.</summary>
    Out,
}

/// <summary>Everything that the decision about one pod or address depends on.</summary>
internal sealed record Observation
{
    /// <summary>This controller removed it.</summary>
    public required bool IsOut { get; init; }

    /// <summary>A write runs, or nobody knows what became of it.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>What each Service that checks it knows of it; none while Kubernetes itself excludes it.</summary>
    public required IReadOnlyList<Opinion> Opinions { get; init; }

    /// <summary>The Services for which it was removed; empty when that is not written down.</summary>
    public IReadOnlyList<string> RemovedFor { get; init; } = [];

    /// <summary>When it was removed lately.</summary>
    public ImmutableArray<TimeSpan> Removals { get; init; } = [];

    /// <summary>Why its removal would do harm, whatever the counts say; null when it would not.</summary>
    public string? Refusal { get; init; }

    /// <summary>
    /// Every Service that has it as an endpoint, or would have it, watched or not. Asked only when something is to change.
    /// </summary>
    public required Func<IReadOnlyList<ServedService>> Served { get; init; }

    /// <summary>The caches follow the API server. When they do not, they may be out of date.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Whether a failure that began at this moment is the endpoint's or this process's own.</summary>
    public required Func<TimeSpan, PartitionView> Partition { get; init; }
}

/// <summary>The probes of one Service.</summary>
internal sealed record Opinion(ObjectName Service, HealthPolicy Policy, EndpointHistory History)
{
    public bool IsFailing(TimeSpan now) => History.Failures >= Policy.FailureThreshold && IsEvidence(now);

    /// <summary>A result counts until the next one is due; a process that was suspended knows nothing until it probes again.</summary>
    public bool IsEvidence(TimeSpan now) => History.Last is { } last
        && now <= last.Started + Policy.Interval + Policy.Timeout && last.Duration <= Policy.Timeout * 2;
}

/// <summary>A Service that has the pod or address as an endpoint, or would have it if it were not out.</summary>
internal sealed record ServedService
{
    public required ObjectName Name { get; init; }

    /// <summary>The pod or address is one of those that serve.</summary>
    public required bool HasIt { get; init; }

    /// <summary>Endpoints in DNS for certain: without those that are being removed or restored.</summary>
    public required int Serving { get; init; }

    /// <summary>Endpoints that are being restored.</summary>
    public required int Returning { get; init; }

    /// <summary>Endpoints in DNS, and those that this controller removed.</summary>
    public required int Total { get; init; }

    public required HealthyShare MinHealthy { get; init; }

    public int Least => MinHealthy.Of(Total);
}

/// <summary>One endpoint as the partition guard sees it.</summary>
internal sealed record ObservedEndpoint
{
    public required ObjectName Service { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node, or the address where no node is known.</summary>
    public required string Node { get; init; }

    /// <summary>A pod of this cluster, and not an address somewhere else.</summary>
    public required bool IsPod { get; init; }

    public required EndpointHistory History { get; init; }
}

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
