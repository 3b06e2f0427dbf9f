using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Probing;

/// <summary>
/// Which endpoint is probed when: a queue by due time, and the places for probes at one time. Only the reconciler uses it.
/// </summary>
/// <param name="prober">Probes one endpoint.</param>
/// <param name="maxConcurrent">Probes at one time.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="log">The log.</param>
/// <param name="completed">Called once for each probe, on any thread: endpoint, its generation at the start, and the result or null after
/// an internal error.</param>
internal sealed class ProbeScheduler(
    Prober prober, int maxConcurrent, ControllerMetrics metrics, ILogger log, Action<TrackedEndpoint, int, ProbeResult?> completed)
{
    private static readonly TimeSpan BetweenExtraProbes = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryOccupied = TimeSpan.FromMilliseconds(500);

    private readonly PriorityQueue<(TrackedEndpoint Endpoint, long Ticket), TimeSpan> _queue = new();
    private long _tickets;
    private int _inFlight;
    private TimeSpan _extraProbesAt = TimeSpan.MinValue;

    public TimeSpan? NextDue => _queue.TryPeek(out _, out var due) ? due : null;

    /// <summary>Moving an endpoint adds a new entry; the old one is skipped.</summary>
    public void Schedule(TrackedEndpoint endpoint, TimeSpan due)
    {
        endpoint.Due = due;
        endpoint.Ticket = ++_tickets;
        _queue.Enqueue((endpoint, endpoint.Ticket), due);
    }

    public void Clear() => _queue.Clear();

    public void StartDue(TimeSpan now, CancellationToken cancellationToken)
    {
        while (_inFlight < maxConcurrent && TakeDue(now) is { } endpoint)
        {
            if (endpoint.IsInFlight || !endpoint.Endpoint.IsProbed)
            {
                Schedule(endpoint, now + RetryOccupied);
                continue;
            }

            metrics.Lateness.Observe("start", now - endpoint.Due);
            endpoint.IsInFlight = true;
            _inFlight++;
            _ = ProbeAsync(endpoint, endpoint.Generation, cancellationToken);
        }
    }

    /// <summary>Frees the place of a probe, whatever became of it.</summary>
    public void Free(TrackedEndpoint endpoint)
    {
        endpoint.IsInFlight = false;
        _inFlight--;
    }

    /// <summary>
    /// One endpoint fails: some others are probed out of turn, so that by the time it reaches its threshold it is known whether the
    /// endpoint failed or the network. As many again as fail, so that the failing ones are not most of those probed.
    /// </summary>
    public void ProbeOthersSoon(TrackedEndpoint suspect, IEnumerable<ManagedService> services, TimeSpan now)
    {
        if (_extraProbesAt > now - BetweenExtraProbes)
        {
            return;
        }

        _extraProbesAt = now;
        var others = services.SelectMany(service => service.Endpoints.Values)
            .Where(e => e != suspect && e.State == EndpointState.Serving).ToArray();
        var wanted = Math.Clamp(4 + (2 * others.Count(e => e.History.Failures > 0)), 8, 64);
        Random.Shared.Shuffle(others);
        foreach (var other in others.Where(e => !e.IsInFlight && e.Due > now + BetweenExtraProbes).Take(wanted))
        {
            Schedule(other, now + (BetweenExtraProbes * Random.Shared.NextDouble()));
        }
    }

    private async Task ProbeAsync(TrackedEndpoint endpoint, int generation, CancellationToken cancellationToken)
    {
        ProbeResult? result = null;
        try
        {
            result = await prober.ProbeAsync(endpoint.Target, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops; the reconciler no longer reads.
        }
        catch (Exception e)
        {
            // The edge of a probe: without an answer its place would never be free again.
            metrics.InternalErrors.Increment(("component", "probe"));
            Log.InternalError(log, "probe", $"{endpoint.Service.Name} {endpoint.Endpoint.Id}", e);
        }

        completed(endpoint, generation, result);
    }

    private TrackedEndpoint? TakeDue(TimeSpan now)
    {
        while (_queue.TryPeek(out var entry, out var due) && (due <= now || IsStale(entry)))
        {
            _queue.Dequeue();
            if (!IsStale(entry))
            {
                return entry.Endpoint;
            }
        }

        return null;
    }

    private static bool IsStale((TrackedEndpoint Endpoint, long Ticket) entry) =>
        entry.Endpoint.IsGone || entry.Endpoint.Ticket != entry.Ticket;
}
