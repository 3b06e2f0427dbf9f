using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>What is to be done with one endpoint.</summary>
internal enum Verdict
{
    /// <summary>Leave it as it is.</summary>
    Keep,

    TakeOut,

    PutBack,

    /// <summary>It fails, but a guard forbids its removal.</summary>
    HoldBack,
}

/// <summary>What forbids a removal.</summary>
internal enum Guard
{
    None,

    /// <summary>It is the last endpoint.</summary>
    LastEndpoint,

    /// <summary>Fewer than the Service's minimum would remain.</summary>
    MinHealthy,

    /// <summary>Half of all endpoints fail at once. Its label in metrics is <c>vantage</c>, which alerts use.</summary>
    Partition,

    /// <summary>Other endpoints are probed first.</summary>
    SecondLook,

    /// <summary>The caches do not follow the API server.</summary>
    ApiServer,
}

/// <summary>The verdict on one endpoint and why.</summary>
internal sealed record EndpointDecision(string Id, Verdict Verdict, string Reason, Guard Guard = Guard.None);

/// <summary>All decisions of the controller, as one pure function.</summary>
internal static class Decider
{
    public static IReadOnlyList<EndpointDecision> Decide(Observation observed, HealthPolicy policy, GuardOptions guards, TimeSpan now)
    {
        var serving = observed.Endpoints.Count(e => e.State == EndpointState.Serving);
        var total = observed.Endpoints.Count(e => e.State != EndpointState.NotReady);
        var least = policy.MinHealthy.Of(total);
        var restored = serving == 0 ? Restored(observed, policy, least, now) : [];
        var decisions = new List<EndpointDecision>(observed.Endpoints.Count);

        // Those that fail longest go first; what may go at all is counted down.
        var spare = serving - least;
        foreach (var endpoint in observed.Endpoints.OrderBy(e => e.History.FailingSince ?? TimeSpan.MaxValue))
        {
            var decision = restored.Contains(endpoint.Id)
                ? new EndpointDecision(endpoint.Id, Verdict.PutBack, "no endpoint was left")
                : Evaluate(endpoint, observed, policy, guards, serving, spare, now);
            if (decision.Verdict == Verdict.TakeOut)
            {
                spare--;
                serving--;
            }

            decisions.Add(decision);
        }

        return decisions;
    }

    /// <summary>A result counts until the next one is due; a process that was suspended knows nothing until it probes again.</summary>
    public static bool IsEvidence(ProbeResult? result, HealthPolicy policy, TimeSpan now) =>
        result is not null && now <= result.Started + policy.Interval + policy.Timeout && result.Duration <= policy.Timeout * 2;

    /// <summary>With no endpoint left, the minimum comes back, and not all: the next pass would remove the rest again.</summary>
    private static HashSet<string> Restored(Observation observed, HealthPolicy policy, int least, TimeSpan now) =>
    [
        .. observed.Endpoints
            .Where(e => observed.IsCurrent && e.State == EndpointState.Out && IsEvidence(e.History.Last, policy, now))
            .OrderByDescending(e => e.History.FailingSince ?? TimeSpan.MaxValue)
            .Take(least)
            .Select(e => e.Id),
    ];

    private static EndpointDecision Evaluate(
        ObservedEndpoint endpoint, Observation observed, HealthPolicy policy, GuardOptions guards, int serving, int spare, TimeSpan now)
    {
        var history = endpoint.History;
        var needed = history.SuccessesNeeded(policy.SuccessThreshold, guards.MaxFlapDoublings, guards.FlapWindow, now);
        EndpointDecision Keep(string reason) => new(endpoint.Id, Verdict.Keep, reason);
        EndpointDecision Hold(Guard guard, string reason) => new(endpoint.Id, Verdict.HoldBack, reason, guard);

        return endpoint.State switch
        {
            EndpointState.NotReady => Keep("Kubernetes reports it as not ready"),
            _ when !IsEvidence(history.Last, policy, now) => Keep("no recent probe result"),
            EndpointState.Out when !observed.IsCurrent => Keep("out; no contact with the API server"),
            EndpointState.Out when history.Successes >= needed =>
                new(endpoint.Id, Verdict.PutBack, $"healthy {history.Successes} times in a row"),
            EndpointState.Out => Keep($"out; healthy {history.Successes} of {needed} times in a row: {history.Last?.Detail}"),
            EndpointState.Serving when history.Failures < policy.FailureThreshold => Keep(history.Last?.Detail ?? ""),
            EndpointState.Serving when !observed.IsCurrent => Hold(Guard.ApiServer, "no contact with the API server"),
            EndpointState.Serving when serving <= 1 => Hold(Guard.LastEndpoint, "it is the last endpoint"),
            EndpointState.Serving when spare <= 0 => Hold(Guard.MinHealthy, $"at least {policy.MinHealthy} of the endpoints must remain"),
            _ => observed.Partition(history.FailingSince ?? now) switch
            {
                PartitionView.Partitioned => Hold(
                    Guard.Partition, "at least half of all endpoints fail at once, probably a network fault of the controller"),
                PartitionView.Unknown => Hold(Guard.SecondLook, "other endpoints are probed first"),
                _ => new(endpoint.Id, Verdict.TakeOut, $"failed {history.Failures} times in a row: {history.Last?.Detail}"),
            },
        };
    }
}
