namespace PlatformGitOps.Controller.Decisions;

/// <summary>What to do with a pod or address.</summary>
internal enum Verdict
{
    /// <summary>Leave it as it is.</summary>
    Keep,

    Remove,

    Restore,

    /// <summary>It fails, but a guard prevents its removal.</summary>
    HoldBack,
}

/// <summary>The guard that prevents a removal.</summary>
internal enum Guard
{
    None,

    /// <summary>It is the last endpoint of a Service.</summary>
    LastEndpoint,

    /// <summary>Fewer than a Service's minimum would remain.</summary>
    MinHealthy,

    /// <summary>Half of all endpoints failed at the same time.</summary>
    Partition,

    /// <summary>Other endpoints must be probed first.</summary>
    SecondLook,

    /// <summary>The caches are not current with the API server.</summary>
    ApiServer,

    /// <summary>Its controller would start another pod in its place.</summary>
    Replacement,
}

/// <summary>The verdict and its reason.</summary>
internal sealed record Decision(Verdict Verdict, string Reason, Guard Guard = Guard.None)
{
    /// <summary>The Services for which it should be removed, the longest failing first.</summary>
    public IReadOnlyList<ObjectName> WantedBy { get; init; } = [];
}

/// <summary>All decisions of the controller: a pure function of the state of one pod or address.</summary>
internal static class Decider
{
    public static Decision Decide(Observation observed, GuardOptions guards, TimeSpan now)
    {
        var failing = observed.Checks.Where(check => check.IsFailing(now)).OrderBy(check => check.History.FailingSince).ToArray();
        var decision = observed switch
        {
            { IsUncertain: true } => Keep("a write is under way"),
            { Checks.Count: 0 } => Keep("Kubernetes reports it as not ready"),
            { IsRemoved: true, IsCurrent: false } => Keep("out; no contact with the API server"),
            { IsRemoved: true } => DecideReturn(observed, failing, guards, now),
            _ when failing.Length == 0 => Keep(observed.Checks.FirstOrDefault(check => check.IsEvidence(now))?.History.Last?.Detail
                ?? "no recent probe result"),
            _ => DecideRemoval(observed, failing[0], now),
        };
        return decision with { WantedBy = [.. failing.Select(check => check.Service)] };
    }

    private static Decision DecideRemoval(Observation observed, ServiceCheck longest, TimeSpan now)
    {
        if (!observed.IsCurrent)
        {
            return Hold(Guard.ApiServer, "no contact with the API server");
        }

        if (observed.Refusal is { } refusal)
        {
            return Hold(Guard.Replacement, refusal);
        }

        foreach (var service in observed.Served().Where(service => service.HasIt))
        {
            var whose = service.Name == longest.Service ? "" : $" of {service.Name}";
            if (service.Serving <= 1)
            {
                return Hold(Guard.LastEndpoint, $"it is the last endpoint{whose}");
            }

            if (service.Serving <= service.Minimum)
            {
                return Hold(Guard.MinHealthy, $"at least {service.MinHealthy} of the endpoints{whose} must remain");
            }
        }

        return observed.Partition(longest.History.FailingSince ?? now) switch
        {
            PartitionView.Partitioned => Hold(
                Guard.Partition, "at least half of all endpoints began to fail at once, probably a network fault of the controller"),
            PartitionView.Unknown => Hold(Guard.SecondLook, "other endpoints are probed first"),
            _ => new Decision(Verdict.Remove, $"failed {longest.History.Failures} times in a row: {longest.History.Last?.Detail}"),
        };
    }

    private static Decision DecideReturn(Observation observed, ServiceCheck[] failing, GuardOptions guards, TimeSpan now)
    {
        // If no endpoint is left, only the minimum is restored: the next pass would remove the rest again.
        if (observed.Checks.Any(check => check.IsEvidence(now))
            && observed.Served().FirstOrDefault(service => service.Serving == 0 && service.Returning < service.Minimum) is { } empty)
        {
            return new Decision(Verdict.Restore, $"no endpoint of {empty.Name} was left");
        }

        if (failing.Length > 0)
        {
            return Keep($"out; {failing[0].Service}: {failing[0].History.Last?.Detail}");
        }

        var blamed = observed.RemovedFor.Count == 0
            ? observed.Checks
            : [.. observed.Checks.Where(check => observed.RemovedFor.Contains(check.Service.ToString()))];
        foreach (var check in blamed)
        {
            var needed = Flapping.SuccessesNeeded(
                observed.Removals, check.Policy.SuccessThreshold, guards.MaxFlapDoublings, guards.FlapWindow, now);
            if (check.History.Successes < needed || !check.IsEvidence(now))
            {
                var seen = $"healthy {check.History.Successes} of {needed} times in a row: {check.History.Last?.Detail}";
                return Keep($"out; {check.Service}: {seen}");
            }
        }

        return new Decision(Verdict.Restore, blamed.Count == 0
            ? "the Services that it was removed for no longer check it"
            : $"healthy {blamed.Min(check => check.History.Successes)} times in a row");
    }

    private static Decision Keep(string reason) => new(Verdict.Keep, reason);

    private static Decision Hold(Guard guard, string reason) => new(Verdict.HoldBack, reason, guard);
}
