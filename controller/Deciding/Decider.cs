using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;

namespace PlatformGitOps.Controller.Deciding;

/// <summary>The whole judgement of the controller, as one pure function.</summary>
public static class Decider
{
    public static IReadOnlyList<EndpointDecision> Decide(Observed observed, HealthPolicy policy, GuardOptions guards, TimeSpan now)
    {
        var serving = observed.Endpoints.Count(e => e.State == EndpointState.Serving);
        var total = observed.Endpoints.Count(e => e.State != EndpointState.NotReady);
        var decisions = new List<EndpointDecision>(observed.Endpoints.Count);

        // Those that fail longest go first; what may go at all is counted down.
        var spare = serving - policy.MinHealthy.Of(total);
        foreach (var endpoint in observed.Endpoints.OrderBy(e => e.History.FailingSince ?? TimeSpan.MaxValue))
        {
            var decision = Judge(endpoint, observed, policy, guards, serving, spare, now);
            if (decision.Verdict == Verdict.TakeOut)
            {
                spare--;
                serving--;
            }

            decisions.Add(decision);
        }

        return decisions;
    }

    /// <summary>A result counts until the next one was due; a process that was stopped for a while knows nothing until it asks again.</summary>
    public static bool IsEvidence(ProbeResult? result, HealthPolicy policy, TimeSpan now) =>
        result is not null && now <= result.Started + policy.Interval + policy.Timeout && result.Duration <= policy.Timeout * 2;

    private static EndpointDecision Judge(
        ObservedEndpoint endpoint, Observed observed, HealthPolicy policy, GuardOptions guards, int serving, int spare, TimeSpan now)
    {
        var history = endpoint.History;
        var needed = history.SuccessesNeeded(policy.SuccessThreshold, guards.MaxFlapDoublings, guards.FlapWindow, now);
        EndpointDecision Keep(string reason) => new(endpoint.Id, Verdict.Keep, reason);
        EndpointDecision Hold(Guard guard, string reason) => new(endpoint.Id, Verdict.HoldBack, reason, guard);

        return endpoint.State switch
        {
            EndpointState.NotReady => Keep("not ready for Kubernetes itself"),
            _ when !IsEvidence(history.Last, policy, now) => Keep("no probe result that is still good"),
            EndpointState.Out when !observed.IsCurrent => Keep("out; the API server has not been heard of"),
            EndpointState.Out when serving == 0 => new(endpoint.Id, Verdict.PutBack, "nothing else is left, and something is better than nothing"),
            EndpointState.Out when history.Successes >= needed => new(endpoint.Id, Verdict.PutBack, $"healthy {history.Successes} times in a row"),
            EndpointState.Out => Keep($"out; healthy {history.Successes} of {needed} times in a row: {history.Last?.Detail}"),
            EndpointState.Serving when history.Failures < policy.FailureThreshold => Keep(history.Last?.Detail ?? ""),
            EndpointState.Serving when !observed.IsCurrent => Hold(Guard.ApiServer, "the API server has not been heard of"),
            EndpointState.Serving when serving <= 1 => Hold(Guard.LastEndpoint, "it is the last endpoint"),
            EndpointState.Serving when spare <= 0 => Hold(Guard.MinHealthy, $"{policy.MinHealthy} must stay"),
            _ => observed.Vantage(history.FailingSince ?? now) switch
            {
                VantageView.Blind => Hold(Guard.Vantage, "half of everything fails at once, as seen from here"),
                VantageView.Unknown => Hold(Guard.SecondLook, "others are asked first"),
                _ => new(endpoint.Id, Verdict.TakeOut, $"failed {history.Failures} times in a row: {history.Last?.Detail}"),
            },
        };
    }
}
