using System.Collections.Immutable;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>The state of an endpoint in its Service.</summary>
internal enum EndpointState
{
    /// <summary>Kubernetes itself excludes it (not ready, terminating). This controller ignores it.</summary>
    NotReady,

    /// <summary>In DNS.</summary>
    Serving,

    /// <summary>Ready, but removed from DNS by this controller.</summary>
    Removed,
}

/// <summary>The complete input of a decision about one pod or address.</summary>
internal sealed record Observation
{
    /// <summary>True if this controller removed it.</summary>
    public required bool IsRemoved { get; init; }

    /// <summary>True while a write runs, or if its result is unknown.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>The probe results of each Service that checks it; empty while Kubernetes itself excludes it.</summary>
    public required IReadOnlyList<ServiceCheck> Checks { get; init; }

    /// <summary>The Services for which it was removed; empty if that is not recorded.</summary>
    public IReadOnlyList<string> RemovedFor { get; init; } = [];

    /// <summary>The times of its recent removals.</summary>
    public ImmutableArray<TimeSpan> Removals { get; init; } = [];

    /// <summary>Why its removal would do harm, whatever the counts are; null if it would not.</summary>
    public string? Refusal { get; init; }

    /// <summary>All Services with it as an endpoint, in DNS or removed, watched or not. Called only before a change.</summary>
    public required Func<IReadOnlyList<ServedService>> Served { get; init; }

    /// <summary>True if the caches are current with the API server.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Returns whether a failure that began at a given time is the endpoint's own or a network partition.</summary>
    public required Func<TimeSpan, PartitionView> Partition { get; init; }
}

/// <summary>The probe results of one Service.</summary>
internal sealed record ServiceCheck(ObjectName Service, HealthPolicy Policy, EndpointHistory History)
{
    public bool IsFailing(TimeSpan now) => History.Failures >= Policy.FailureThreshold && IsEvidence(now);

    /// <summary>True until the next result is due: after a suspension, the process must probe again.</summary>
    public bool IsEvidence(TimeSpan now) => History.Last is { } last
        && now <= last.Started + Policy.Interval + Policy.Timeout && last.Duration <= Policy.Timeout * 2;
}

/// <summary>A Service with the pod or address as an endpoint, in DNS or removed.</summary>
internal sealed record ServedService
{
    public required ObjectName Name { get; init; }

    /// <summary>True if the pod or address is one of the endpoints in DNS.</summary>
    public required bool HasIt { get; init; }

    /// <summary>The number of endpoints certainly in DNS, without those that are being removed or restored.</summary>
    public required int Serving { get; init; }

    /// <summary>The number of endpoints that are being restored.</summary>
    public required int Returning { get; init; }

    /// <summary>The number of endpoints in DNS, plus those that this controller removed.</summary>
    public required int Total { get; init; }

    public required HealthyShare MinHealthy { get; init; }

    public int Minimum => MinHealthy.Of(Total);
}

/// <summary>An endpoint as input of the partition guard.</summary>
internal sealed record ObservedEndpoint
{
    public required ObjectName Service { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node, or the address if the node is unknown.</summary>
    public required string Node { get; init; }

    /// <summary>True for a pod of this cluster, false for another address.</summary>
    public required bool IsPod { get; init; }

    public required EndpointHistory History { get; init; }
}

/// <summary>The probe results of one endpoint.</summary>
internal sealed record EndpointHistory
{
    public static EndpointHistory Empty { get; } = new();

    /// <summary>The number of consecutive failures.</summary>
    public int Failures { get; init; }

    /// <summary>The number of consecutive successes.</summary>
    public int Successes { get; init; }

    /// <summary>The start of the first of the consecutive failures.</summary>
    public TimeSpan? FailingSince { get; init; }

    public ProbeResult? Last { get; init; }

    /// <summary>True if a probe of this process ever succeeded.</summary>
    public bool WasHealthy { get; init; }

    public EndpointHistory With(ProbeResult result) => result.Healthy
        ? this with { Failures = 0, Successes = Successes + 1, FailingSince = null, Last = result, WasHealthy = true }
        : this with { Failures = Failures + 1, Successes = 0, FailingSince = FailingSince ?? result.Started, Last = result };
}

/// <summary>Flap damping: an endpoint with recent removals needs more successes to return.</summary>
internal static class Flapping
{
    public static ImmutableArray<TimeSpan> With(ImmutableArray<TimeSpan> removals, TimeSpan now, TimeSpan window) =>
        [.. removals.Where(at => now - at < window), now];

    /// <summary>The threshold, doubled for each removal in the window except the last.</summary>
    public static int SuccessesNeeded(ImmutableArray<TimeSpan> removals, int threshold, int maxDoublings, TimeSpan window, TimeSpan now)
    {
        var flaps = removals.Count(at => now - at < window) - 1;
        return threshold << Math.Clamp(flaps, 0, maxDoublings);
    }
}
