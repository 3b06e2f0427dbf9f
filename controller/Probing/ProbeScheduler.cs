using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Probing;

/// <summary>A Service's share of the probe slots.</summary>
internal sealed class ProbeShare
{
    /// <summary>Endpoints that are due, the earliest first.</summary>
    public Queue<(TrackedEndpoint Endpoint, long Ticket)> Waiting { get; } = new();

    public int Probing { get; set; }

    public TimeSpan? StarvedReportedAt { get; set; }
}

/// <summary>
/// Schedules probes: a queue by due time, and a limited number of slots, which Services use in rotation. A Service may use as many slots as
/// are free, and a namespace three times as many (dynamic thresholds, Choudhury and Hahne 1998), so hanging probes leave slots for others.
/// Only the reconciler uses it.
/// </summary>
/// <param name="prober">Probes one endpoint.</param>
/// <param name="slots">The number of concurrent probes.</param>
/// <param name="telemetry">Metrics, Events and log.</param>
/// <param name="completed">Called once for each probe, on any thread: endpoint, its generation at the start, and the result.</param>
internal sealed class ProbeScheduler(
    IProber prober, int slots, Telemetry telemetry, Action<TrackedEndpoint, int, ProbeResult> completed)
{
    private const int NamespaceFactor = 3;
    private static readonly TimeSpan BetweenExtraProbes = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryOccupied = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMinutes(10);

    private readonly PriorityQueue<(TrackedEndpoint Endpoint, long Ticket), TimeSpan> _queue = new();
    private readonly Queue<ManagedService> _rotation = new();
    private readonly Dictionary<string, int> _byNamespace = new(StringComparer.Ordinal);
    private long _tickets;
    private int _inFlight;
    private TimeSpan _extraProbesAt = TimeSpan.MinValue;

    public TimeSpan? NextDue => _queue.TryPeek(out _, out var due) ? due : null;

    private int FreeSlots => slots - _inFlight;

    /// <summary>Schedules the next probe after a result: early while the result is in doubt or the endpoint is removed.</summary>
    public void ScheduleNext(TrackedEndpoint endpoint, ProbeResult result, bool isEvidence, TimeSpan now)
    {
        var (policy, failures) = (endpoint.Service.Policy, endpoint.History.Failures);
        var quick = !isEvidence || endpoint.State == EndpointState.Removed || (failures > 0 && failures < policy.FailureThreshold);
        var next = result.Started + (quick && policy.RetryInterval < policy.Interval ? policy.RetryInterval : policy.Interval);
        Schedule(endpoint, next < now ? now : next);
    }

    /// <summary>Rescheduling adds a new entry; the old one is skipped.</summary>
    public void Schedule(TrackedEndpoint endpoint, TimeSpan due)
    {
        endpoint.Due = due;
        endpoint.Ticket = ++_tickets;
        _queue.Enqueue((endpoint, endpoint.Ticket), due);
    }

    /// <summary>Starts without a history: the Service's endpoints are probed at different times within a period.</summary>
    public void Restart(ManagedService service, TimeSpan now, TimeSpan within)
    {
        foreach (var endpoint in service.Endpoints.Values)
        {
            endpoint.Forget();
            Schedule(endpoint, now + (within * Random.Shared.NextDouble()));
        }
    }

    public void Clear()
    {
        telemetry.Metrics.StarvedServices.Set(0, telemetry.Labels);
        _queue.Clear();
        while (_rotation.TryDequeue(out var service))
        {
            service.Share.Waiting.Clear();
        }
    }

    public void StartDue(TimeSpan now, CancellationToken cancellationToken)
    {
        while (_queue.TryPeek(out var entry, out var due) && (due <= now || IsStale(entry)))
        {
            _queue.Dequeue();
            if (!IsStale(entry))
            {
                Wait(entry);
            }
        }

        // In this loop slots are only taken: a Service without a free slot stays without one.
        var blocked = new List<ManagedService>();
        var starved = 0;
        while (_rotation.TryDequeue(out var service))
        {
            if (Next(service, now) is not { } endpoint)
            {
                continue;
            }

            if (!HasPlace(service))
            {
                blocked.Add(service);
                starved += ReportStarved(service, now - endpoint.Due, now) ? 1 : 0;
                continue;
            }

            service.Share.Waiting.Dequeue();
            Start(endpoint, now, cancellationToken);
            _rotation.Enqueue(service);
        }

        blocked.ForEach(_rotation.Enqueue);
        telemetry.Metrics.StarvedServices.Set(starved, telemetry.Labels);
    }

    /// <summary>Frees the slot of a probe, whatever its result.</summary>
    public void Free(TrackedEndpoint endpoint)
    {
        endpoint.IsInFlight = false;
        Count(endpoint.Service, -1);
    }

    /// <summary>
    /// An endpoint fails: probes some others early, so that at its threshold it is known whether the endpoint or the network failed. As
    /// many others as have failed, so that failures are not the majority of the results.
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

    private void Wait((TrackedEndpoint Endpoint, long Ticket) entry)
    {
        var service = entry.Endpoint.Service;
        if (service.Share.Waiting.Count == 0)
        {
            _rotation.Enqueue(service);
        }

        service.Share.Waiting.Enqueue(entry);
    }

    /// <summary>The endpoint that has waited longest; those that cannot be probed now are scheduled again.</summary>
    private TrackedEndpoint? Next(ManagedService service, TimeSpan now)
    {
        while (service.Share.Waiting.TryPeek(out var entry))
        {
            if (!IsStale(entry))
            {
                if (!entry.Endpoint.IsInFlight && entry.Endpoint.Endpoint.IsProbed)
                {
                    return entry.Endpoint;
                }

                Schedule(entry.Endpoint, now + RetryOccupied);
            }

            service.Share.Waiting.Dequeue();
        }

        return null;
    }

    private bool HasPlace(ManagedService service) =>
        service.Share.Probing < FreeSlots && InNamespace(service) < NamespaceFactor * FreeSlots;

    private int InNamespace(ManagedService service) => _byNamespace.GetValueOrDefault(service.Name.Namespace ?? "");

    private void Start(TrackedEndpoint endpoint, TimeSpan now, CancellationToken cancellationToken)
    {
        telemetry.Metrics.Lateness.Observe("start", now - endpoint.Due);
        endpoint.IsInFlight = true;
        Count(endpoint.Service, 1);
        _ = ProbeAsync(endpoint, endpoint.Generation, cancellationToken);
    }

    private void Count(ManagedService service, int change)
    {
        _inFlight += change;
        service.Share.Probing += change;
        var left = InNamespace(service) + change;
        if (left == 0)
        {
            _byNamespace.Remove(service.Name.Namespace ?? "");
        }
        else
        {
            _byNamespace[service.Name.Namespace ?? ""] = left;
        }
    }

    /// <summary>True if a probe is late by more than one interval.</summary>
    private bool ReportStarved(ManagedService service, TimeSpan late, TimeSpan now)
    {
        if (late <= service.Policy.Interval)
        {
            return false;
        }

        var share = service.Share;
        if (share.StarvedReportedAt is not { } reported || now - reported > BetweenReports)
        {
            share.StarvedReportedAt = now;
            var message =
                $"Its probes are {late.TotalSeconds:0} s late: {share.Probing} of them and {InNamespace(service)} of its namespace are " +
                    $"under way, and {FreeSlots} of {slots} places are free. Shorten its timeout or lengthen its interval.";
            Log.Starved(telemetry.Log, service.Name, message);
            telemetry.Warn(service.Service, "ProbesStarved", message);
        }

        return true;
    }

    private async Task ProbeAsync(TrackedEndpoint endpoint, int generation, CancellationToken cancellationToken)
    {
        ProbeResult result;
        try
        {
            result = await prober.ProbeAsync(endpoint.Target, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The process stops; the reconciler does not read results anymore.
            return;
        }

        if (result.Unexpected is { } exception)
        {
            telemetry.Metrics.InternalErrors.Increment(("component", "probe"));
            Log.InternalError(telemetry.Log, "probe", $"{endpoint.Service.Name} {endpoint.Endpoint.Id}", exception);
        }

        completed(endpoint, generation, result);
    }

    private static bool IsStale((TrackedEndpoint Endpoint, long Ticket) entry) =>
        entry.Endpoint.IsGone || entry.Endpoint.Ticket != entry.Ticket;
}
