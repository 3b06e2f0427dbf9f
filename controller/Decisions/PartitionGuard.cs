namespace PlatformGitOps.Controller.Decisions;

/// <summary>What the failures of all endpoints together say about the network of this process.</summary>
internal enum PartitionView
{
    /// <summary>The network works: a failure is the endpoint's own.</summary>
    Clear,

    /// <summary>Too few others were probed since the failure began. They are probed before anything is done.</summary>
    Unknown,

    /// <summary>Half of all endpoints, on more than one node, began to fail at once.</summary>
    Partitioned,
}

/// <summary>
/// Distinguishes a failed endpoint from a network partition by what began to fail when it did. Only probes that began after the failure did
/// are compared: when the network fails, the first endpoint reaches its threshold while the last probe of the others, from before, still
/// counts as good. All of a few endpoints are probed, of many a sample: of eight endpoints with five failing, the first four results may
/// be three good ones and one bad. Each Service has the same weight, however many endpoints it has.
/// </summary>
internal static class PartitionGuard
{
    private const int Sample = 8;

    /// <summary>Failures that began longer before this one have nothing to do with it.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

    public static PartitionView Evaluate(IReadOnlyList<ObservedEndpoint> everything, TimeSpan since, GuardOptions options)
    {
        var reached = everything.Where(e => IsGood(e, since)).Select(e => e.Node).ToHashSet(StringComparer.Ordinal);
        var services = new Dictionary<ObjectName, (int Good, int Bad)>();
        HashSet<string> failingNodes = new(StringComparer.Ordinal), olderNodes = new(StringComparer.Ordinal);
        int serving = 0, older = 0, seen = 0, good = 0;
        foreach (var endpoint in everything.Where(endpoint => endpoint.State == EndpointState.Serving))
        {
            serving++;
            if (SaysNothing(endpoint, since, reached))
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
            // Nobody answers: then those that never did tell of this network as well.
            failingNodes.UnionWith(olderNodes);
            return failingNodes.Count > 1 ? PartitionView.Partitioned : PartitionView.Clear;
        }

        // All that fail are on one node: the node died. In a partition several nodes look dead.
        var share = services.Values.Average(service => (double)service.Bad / (service.Good + service.Bad));
        return failingNodes.Count > 1 && share >= options.PartitionShare ? PartitionView.Partitioned : PartitionView.Clear;
    }

    /// <summary>
    /// Its failure began long before this one, or it was never healthy and the network is not why: something answered, another endpoint
    /// on its node answers, or it is an address elsewhere. A new leader knows of nothing that it was healthy, so silence alone counts.
    /// </summary>
    private static bool SaysNothing(ObservedEndpoint endpoint, TimeSpan since, HashSet<string> reached) =>
        endpoint.History is { FailingSince: { } from, Last: { } last }
        && (from < since - Lately
            || (!endpoint.History.WasHealthy && (!last.IsSilent || !endpoint.IsPod || reached.Contains(endpoint.Node))));

    private static bool IsGood(ObservedEndpoint endpoint, TimeSpan since) =>
        endpoint is { State: EndpointState.Serving, History.Last: { Healthy: true } last } && last.Started >= since;
}
