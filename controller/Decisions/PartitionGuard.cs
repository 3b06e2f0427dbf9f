namespace PlatformGitOps.Controller.Decisions;

/// <summary>What the failures of all endpoints show about this process's network.</summary>
internal enum PartitionView
{
    /// <summary>The network works: a failure is the endpoint's own.</summary>
    Clear,

    /// <summary>Too few others were probed since the failure began; they are probed first.</summary>
    Unknown,

    /// <summary>Half of all endpoints, on more than one node, failed at the same time.</summary>
    Partitioned,
}

/// <summary>
/// Distinguishes a failed endpoint from a network partition by the failures that began at the same time. It only compares probes that
/// started after the failure: when the network fails, the first endpoint reaches its threshold while the last probes of others are still
/// old successes. If there are few endpoints, all must be probed: of eight with five failing, the first four results may be three successes
/// and one failure. Each Service has the same weight, whatever its number of endpoints.
/// </summary>
internal static class PartitionGuard
{
    private const int Sample = 8;

    /// <summary>Failures that began longer before this one are unrelated.</summary>
    private static readonly TimeSpan RelatedWithin = TimeSpan.FromMinutes(1);

    public static PartitionView Evaluate(IReadOnlyList<ObservedEndpoint> everything, TimeSpan since, GuardOptions options)
    {
        var reached = everything.Where(e => IsGood(e, since)).Select(e => e.Node).ToHashSet(StringComparer.Ordinal);
        var services = new Dictionary<ObjectName, (int Good, int Bad)>();
        HashSet<string> failingNodes = new(StringComparer.Ordinal), olderNodes = new(StringComparer.Ordinal);
        int serving = 0, older = 0, seen = 0, good = 0;
        foreach (var endpoint in everything.Where(endpoint => endpoint.State == EndpointState.Serving))
        {
            serving++;
            if (IsUnrelated(endpoint, since, reached))
            {
                older++;
                olderNodes.Add(endpoint.Node);
                continue;
            }

            var last = endpoint.History.Last;
            if (last is null || last.Started < since)
            {
                continue;
            }

            seen++;
            good += last.Healthy ? 1 : 0;
            var (healthy, failing) = services.GetValueOrDefault(endpoint.Service);
            services[endpoint.Service] = last.Healthy ? (healthy + 1, failing) : (healthy, failing + 1);
            if (!last.Healthy)
            {
                failingNodes.Add(endpoint.Node);
            }
        }

        if (serving < options.PartitionMinimum)
        {
            return PartitionView.Clear;
        }

        if (seen < Math.Min(serving - older, Math.Max(Sample, options.PartitionMinimum)))
        {
            return PartitionView.Unknown;
        }

        if (good == 0)
        {
            // If nobody answers, endpoints that never answered count as well.
            failingNodes.UnionWith(olderNodes);
            return failingNodes.Count > 1 ? PartitionView.Partitioned : PartitionView.Clear;
        }

        // If all failures are on one node, the node failed. In a partition several nodes look failed.
        var share = services.Values.Average(service => (double)service.Bad / (service.Good + service.Bad));
        return failingNodes.Count > 1 && share >= options.PartitionShare ? PartitionView.Partitioned : PartitionView.Clear;
    }

    /// <summary>
    /// True if its failure began long before this one, or if it was never healthy and the network is not the reason: something answered,
    /// another endpoint on its node answers, or it is an external address. A new leader has no healthy history, so only silence counts.
    /// </summary>
    private static bool IsUnrelated(ObservedEndpoint endpoint, TimeSpan since, HashSet<string> reached) =>
        endpoint.History is { FailingSince: { } from, Last: { } last }
        && (from < since - RelatedWithin
            || (!endpoint.History.WasHealthy && (!last.IsSilent || !endpoint.IsPod || reached.Contains(endpoint.Node))));

    private static bool IsGood(ObservedEndpoint endpoint, TimeSpan since) =>
        endpoint is { State: EndpointState.Serving, History.Last: { Healthy: true } last } && last.Started >= since;
}
