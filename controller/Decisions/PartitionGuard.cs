using PlatformGitOps.Controller.Configuration;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>What the failures of all endpoints together say about the network of this process.</summary>
internal enum PartitionView
{
    /// <summary>The network works: a failure is the endpoint's own.</summary>
    Clear,

    /// <summary>Too few others were probed since the failure began. They are probed before anything is done.</summary>
    Unknown,

    /// <summary>Half of all endpoints, on more than one node, fail at once.</summary>
    Partitioned,
}

/// <summary>
/// Distinguishes a failed endpoint from a network partition. Only probes that began after the failure did are compared: when the network
/// fails, the first endpoint reaches its threshold while the last probe of the others, from before, still counts as good. All of a few
/// endpoints are probed, of many a sample: of eight endpoints with five failing, the first four results may be three good ones and one bad.
/// </summary>
internal static class PartitionGuard
{
    private const int Sample = 8;

    public static PartitionView Evaluate(IReadOnlyList<ObservedEndpoint> everything, TimeSpan since, GuardOptions options)
    {
        var serving = 0;
        var seen = 0;
        var failing = 0;
        string? node = null;
        var severalNodes = false;
        foreach (var endpoint in everything)
        {
            if (endpoint.State != EndpointState.Serving)
            {
                continue;
            }

            serving++;
            if (endpoint.History.Last is not { } last || last.Started < since)
            {
                continue;
            }

            seen++;
            if (!last.Healthy)
            {
                failing++;
                severalNodes |= node is not null && node != endpoint.Node;
                node = endpoint.Node;
            }
        }

        return (serving, seen) switch
        {
            _ when serving < options.PartitionMinimum => PartitionView.Clear,
            _ when seen < Math.Min(serving, Math.Max(Sample, options.PartitionMinimum)) => PartitionView.Unknown,
            // All that fail are on one node: the node died. In a partition several nodes look dead.
            _ when failing >= seen * options.PartitionShare && severalNodes => PartitionView.Partitioned,
            _ => PartitionView.Clear,
        };
    }
}
