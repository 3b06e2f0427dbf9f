using System.Threading.Channels;
using k8s.Models;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller;

/// <summary>
/// Single-threaded event loop; owns all state. Deltas, probe results, outcomes of writes and changes of leadership are queued and handled
/// in order. Each pass restores orphans, starts the probes that are due, and reconciles the Services that changed: observe, decide
/// (<see cref="Decider"/>, pure), write (<see cref="ChangeWriter"/>, beside the loop).
/// </summary>
internal sealed class Reconciler : IDisposable
{
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan QueuedTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenResyncs = TimeSpan.FromSeconds(10);

    /// <summary>A write that the watch does not show within this time is no longer assumed.</summary>
    private static readonly TimeSpan PendingFor = TimeSpan.FromSeconds(5);

    private readonly Channel<Action> _events = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<ManagedService> _queued = [];
    private readonly Dictionary<ObjectName, string> _invalid = [];
    private readonly ControllerOptions _options;
    private readonly EndpointStore _store;
    private readonly ProbeScheduler _scheduler;
    private readonly Prober _prober;
    private readonly ChangeWriter _writer;
    private readonly EventRecorder? _recorder;
    private readonly ControllerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private bool _leading;
    private TimeSpan _resyncAt;
    private long _turnedAt;

    /// <param name="options">The configuration.</param>
    /// <param name="prober">Probes one endpoint.</param>
    /// <param name="writer">Writes changes.</param>
    /// <param name="recorder">Writes Events; null in a dry run, in which nothing is written.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="time">Both clocks.</param>
    /// <param name="origin">The timestamp from which all times count.</param>
    /// <param name="log">The log.</param>
    public Reconciler(
        ControllerOptions options,
        Prober prober,
        ChangeWriter writer,
        EventRecorder? recorder,
        ControllerMetrics metrics,
        TimeProvider time,
        long origin,
        ILogger log)
    {
        (_options, _prober, _writer, _recorder, _metrics) = (options, prober, writer, recorder, metrics);
        (_time, _origin, _log) = (time, origin, log);
        _store = new EndpointStore(options);
        _scheduler = new ProbeScheduler(options.MaxConcurrentProbes);
        _timer = time.CreateTimer(_ => Enqueue(() => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since the last pass, for /healthz.</summary>
    public TimeSpan SinceLastTurn => _time.GetElapsedTime(Interlocked.Read(ref _turnedAt));

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public void Enqueue(Delta<V1Service> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1Pod> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1EndpointSlice> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void EnqueueLeadership(bool leading) => Enqueue(() => Lead(leading));

    /// <param name="isSynced">Every cache has its first list.</param>
    /// <param name="isCurrent">Every watch is open and had an event lately.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(Func<bool> isSynced, Func<bool> isCurrent, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _turnedAt, _time.GetTimestamp());
        _timer.Change(LongestTick, Timeout.InfiniteTimeSpan);
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            // Read before the channel is emptied: everything of the first lists is then known to be handled.
            var ready = isSynced();
            while (_events.Reader.TryRead(out var handle))
            {
                Guarded("an event", handle);
            }

            var now = Now;
            if (_leading && ready)
            {
                Guarded("resync", () => Resync(now));
                Guarded("probes", () => StartProbes(now, cancellationToken));
                ReconcileQueued(isCurrent(), now);
            }

            Interlocked.Exchange(ref _turnedAt, _time.GetTimestamp());
            ScheduleTick(now);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Enqueue(Action handle) => _events.Writer.TryWrite(handle);

    /// <summary>The edge of the loop: one event or Service that cannot be handled must not end all others.</summary>
    private void Guarded(string subject, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _metrics.InternalErrors.Increment(("component", "loop"));
            Log.InternalError(_log, "loop", subject, e);
        }
    }

    private void Observe(IReadOnlyList<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case StoreChange.EndpointAdded { Endpoint: var endpoint }:
                    // Soon, but not all pods of a rollout in the same instant.
                    _scheduler.Schedule(endpoint, Now + (TimeSpan.FromMilliseconds(500) * Random.Shared.NextDouble()));
                    Queue(endpoint.Service);
                    break;
                case StoreChange.Updated { Service: var service }:
                    Queue(service);
                    break;
                case StoreChange.Managed { Service: var service }:
                    SetProblems(service.Service, null);
                    Log.Managed(_log, service.Name, service.Endpoints.Count);
                    break;
                case StoreChange.Released { Service: var service }:
                    Release(service);
                    break;
                case StoreChange.Invalid { Service: var service, Problems: var problems }:
                    SetProblems(service, string.Join("; ", problems));
                    break;
                case StoreChange.NotAsked { Service: var name }:
                    _invalid.Remove(name);
                    _metrics.InvalidServices.Set(_invalid.Count);
                    break;
            }
        }
    }

    private void SetProblems(V1Service service, string? problems)
    {
        var name = service.FullName();
        if (problems is null)
        {
            _invalid.Remove(name);
        }
        else if (_invalid.GetValueOrDefault(name) != problems)
        {
            _invalid[name] = problems;
            Log.InvalidService(_log, name, problems);
            if (_leading)
            {
                Record(service, "InvalidHealthCheck", problems);
            }
        }

        _metrics.InvalidServices.Set(_invalid.Count);
    }

    /// <summary>A new leader has no history: every endpoint starts empty, at its own moment of the interval.</summary>
    private void Lead(bool leading)
    {
        _leading = leading;
        _metrics.Leader.Set(leading ? 1 : 0);
        _metrics.LeaderChanges.Increment();
        _scheduler.Clear();
        _resyncAt = Now;
        foreach (var service in _store.Managed.Where(_ => leading))
        {
            Queue(service);
            foreach (var endpoint in service.Endpoints.Values)
            {
                endpoint.History = EndpointHistory.Empty;
                endpoint.Pending = null;
                endpoint.Generation++;
                _scheduler.Schedule(endpoint, Now + (service.Policy.Interval * Random.Shared.NextDouble()));
            }
        }
    }

    private void Release(ManagedService service)
    {
        _metrics.Healthy.Remove(service.Labels);
        _metrics.Unhealthy.Remove(service.Labels);
        Log.Released(_log, service.Name);
        _resyncAt = Now;
        if (!_leading || service.Policy.Removal == RemovalMethod.ServeLabel)
        {
            // Resync finds pods without their label by the removal annotation.
            return;
        }

        // A gate and a slice would remain as they are forever.
        foreach (var endpoint in service.Endpoints.Values.Where(e => e.State == EndpointState.Out))
        {
            endpoint.Pending = EndpointState.Serving;
            Apply(null, ChangeOf(service, endpoint, Verdict.PutBack, "the Service is no longer under health checks"));
        }
    }

    /// <summary>Restores the label of pods that no Service under health checks excludes any more.</summary>
    private void Resync(TimeSpan now)
    {
        if (now < _resyncAt)
        {
            return;
        }

        _resyncAt = now + BetweenResyncs;
        foreach (var (pod, annotation) in _store.Orphans())
        {
            var name = ObjectName.TryParse(annotation.Service, out var parsed)
                ? parsed
                : new ObjectName(pod.Metadata.NamespaceProperty, annotation.Service);
            Apply(null, new Change
            {
                Service = new V1Service { Metadata = new V1ObjectMeta { Name = name.Name, NamespaceProperty = name.Namespace } },
                Policy = new HealthPolicy { ServeLabel = annotation.Label },
                Verdict = Verdict.PutBack,
                Endpoint = pod.Metadata.Name,
                Reason = "health checks no longer exclude it",
                Pod = pod,
            });
        }
    }

    private void StartProbes(TimeSpan now, CancellationToken cancellationToken)
    {
        while (_scheduler.StartNext(now) is { } endpoint)
        {
            _metrics.Lateness.Observe("start", now - endpoint.Due);
            _ = ProbeAsync(endpoint, endpoint.Generation, cancellationToken);
        }
    }

    private async Task ProbeAsync(TrackedEndpoint endpoint, int generation, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _prober.ProbeAsync(endpoint.Target, cancellationToken);
            Enqueue(() => Complete(endpoint, generation, result));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops.
        }
        catch (Exception e)
        {
            // The edge of a probe: an error of this program is not evidence against the endpoint, but its place must be freed.
            _metrics.InternalErrors.Increment(("component", "probe"));
            Log.InternalError(_log, "probe", $"{endpoint.Service.Name} {endpoint.Endpoint.Id}", e);
            Enqueue(() =>
            {
                _scheduler.Complete(endpoint);
                _scheduler.Schedule(endpoint, Now + endpoint.Service.Policy.Interval);
            });
        }
    }

    private void Complete(TrackedEndpoint endpoint, int generation, ProbeResult result)
    {
        var (service, policy) = (endpoint.Service, endpoint.Service.Policy);
        _scheduler.Complete(endpoint);
        _metrics.CheckDuration.Observe(AnnotationReader.Spelling(endpoint.Target.Scheme.ToString()), result.Duration);
        _metrics.Checks.Increment([.. service.Labels, ("result", result.Healthy ? "healthy" : "unhealthy")]);
        if (endpoint.IsGone || !_leading)
        {
            return;
        }

        // After a change of the pod, or a pause of this process, the result says nothing about now.
        var isEvidence = generation == endpoint.Generation && result.Duration <= endpoint.Target.Timeout * 2;
        if (isEvidence)
        {
            endpoint.History = endpoint.History.With(result);
        }

        var failures = endpoint.History.Failures;
        var quick = !isEvidence || endpoint.State == EndpointState.Out || (failures > 0 && failures < policy.FailureThreshold);
        var next = result.Started + (quick && policy.RetryInterval < policy.Interval ? policy.RetryInterval : policy.Interval);
        _scheduler.Schedule(endpoint, next < Now ? Now : next);
        if (failures == 1 && endpoint.State == EndpointState.Serving)
        {
            _scheduler.ProbeOthersSoon(endpoint, _store.Managed, Now);
        }

        Queue(service);
    }

    private void ReconcileQueued(bool isCurrent, TimeSpan now)
    {
        IReadOnlyList<ObservedEndpoint>? all = null;
        var services = _queued.ToArray();
        _queued.Clear();
        foreach (var service in services)
        {
            service.IsQueued = false;
            Guarded(service.Name.ToString(), () => Reconcile(service, isCurrent, All, now));
        }

        IReadOnlyList<ObservedEndpoint> All() =>
            all ??= [.. _store.Managed.SelectMany(service => service.Endpoints.Values).Select(endpoint => endpoint.Observe())];
    }

    private void Reconcile(ManagedService service, bool isCurrent, Func<IReadOnlyList<ObservedEndpoint>> all, TimeSpan now)
    {
        _metrics.Reconciles.Increment();
        foreach (var endpoint in service.Endpoints.Values.Where(e => e.Pending is not null && !e.IsApplying && now >= e.PendingUntil))
        {
            endpoint.Pending = null;
        }

        var observed = new Observation
        {
            Service = service.Name,
            Endpoints = [.. service.Endpoints.Values.Select(endpoint => endpoint.Observe())],
            IsCurrent = isCurrent,
            Partition = since => PartitionGuard.Evaluate(all(), since, _options.Guards),
        };
        foreach (var decision in Decider.Decide(observed, service.Policy, _options.Guards, now))
        {
            Act(service, service.Endpoints[decision.Id], decision, now);
        }

        if (service is { HasStaleSlices: true, IsWritingSlices: false })
        {
            var any = service.Endpoints.Values.First();
            Apply(any, ChangeOf(service, any, Verdict.Keep, "the Service changed"));
        }

        var endpoints = service.Endpoints.Values;
        _metrics.Healthy.Set(endpoints.Count(e => e.State == EndpointState.Serving && e.History.Failures == 0), service.Labels);
        _metrics.Unhealthy.Set(endpoints.Count(e => e.State == EndpointState.Out || e.History.Failures > 0), service.Labels);
    }

    private void Act(ManagedService service, TrackedEndpoint endpoint, EndpointDecision decision, TimeSpan now)
    {
        var before = endpoint.HeldBy;
        endpoint.HeldBy = decision.Guard;
        switch (decision.Verdict)
        {
            case Verdict.HoldBack:
                HoldBack(service, endpoint, decision, before);
                break;
            case Verdict.TakeOut or Verdict.PutBack when endpoint.IsApplying || service.IsWritingSlices || now < endpoint.NextApply:
                Queue(service);
                break;
            case Verdict.TakeOut:
                endpoint.History = endpoint.History.RemovedAt(now, _options.Guards.FlapWindow);
                _scheduler.Schedule(endpoint, now + service.Policy.RetryInterval);
                Expect(EndpointState.Out);
                break;
            case Verdict.PutBack:
                Expect(EndpointState.Serving);
                break;
        }

        void Expect(EndpointState state)
        {
            endpoint.IsApplying = true;
            endpoint.Pending = state;
            endpoint.PendingUntil = now + PendingFor;
            Apply(endpoint, ChangeOf(service, endpoint, decision.Verdict, decision.Reason));
        }
    }

    private void HoldBack(ManagedService service, TrackedEndpoint endpoint, EndpointDecision decision, Guard before)
    {
        if (decision.Guard == Guard.SecondLook)
        {
            _scheduler.ProbeOthersSoon(endpoint, _store.Managed, Now);
            Queue(service);
        }

        if (decision.Guard == before)
        {
            return;
        }

        // The label of the partition guard is older than its name, and alerts use it.
        var label = decision.Guard == Guard.Partition ? "vantage" : AnnotationReader.Spelling(decision.Guard.ToString());
        _metrics.HeldBack.Increment([.. service.Labels, ("guard", label)]);
        if (decision.Guard != Guard.SecondLook)
        {
            var (id, detail) = (endpoint.Endpoint.Id, endpoint.History.Last?.Detail);
            Log.HeldBack(_log, service.Name, id, decision.Guard, decision.Reason);
            Record(service.Service, "RemovalHeldBack", $"{id} fails ({detail}) but remains in DNS: {decision.Reason}");
        }
    }

    private void Apply(TrackedEndpoint? endpoint, Change change)
    {
        if (_recorder is null)
        {
            Log.DryRun(_log, change.Service.FullName(), change.Verdict, change.Endpoint, change.Reason);
            if (endpoint is not null)
            {
                // It goes on as if it had been written, so that the guards count as they would.
                endpoint.IsApplying = false;
                endpoint.PendingUntil = TimeSpan.MaxValue;
            }

            return;
        }

        if (change.Policy.Removal == RemovalMethod.EndpointSlices && endpoint is not null)
        {
            endpoint.Service.IsWritingSlices = true;
        }

        _writer.Start(change, PendingFor, outcome => Enqueue(() => Applied(endpoint, outcome)));
    }

    private void Applied(TrackedEndpoint? endpoint, ApplyOutcome outcome)
    {
        if (endpoint is null)
        {
            return;
        }

        endpoint.IsApplying = false;
        endpoint.Service.IsWritingSlices = false;
        endpoint.ApplyFailures = outcome is ApplyOutcome.Failed ? endpoint.ApplyFailures + 1 : 0;
        if (outcome is not ApplyOutcome.Done)
        {
            endpoint.Pending = null;
            var retryAfter = (outcome as ApplyOutcome.Failed)?.RetryAfter;
            endpoint.NextApply = Now + Backoff.Delay(Math.Max(1, endpoint.ApplyFailures), Random.Shared.NextDouble(), retryAfter);
        }

        if (!endpoint.IsGone)
        {
            Queue(endpoint.Service);
        }
    }

    private static Change ChangeOf(ManagedService service, TrackedEndpoint endpoint, Verdict verdict, string reason) => new()
    {
        Service = service.Service,
        Policy = service.Policy,
        Verdict = verdict,
        Endpoint = endpoint.Endpoint.Id,
        Reason = reason,
        Pod = endpoint.Endpoint.Pod,
        Readiness = service.Endpoints.ToDictionary(e => e.Key, e => e.Value.State == EndpointState.Serving, StringComparer.Ordinal),
    };

    private void Queue(ManagedService service)
    {
        if (!service.IsQueued)
        {
            service.IsQueued = true;
            _queued.Add(service);
        }
    }

    private void Record(V1Service service, string reason, string message) =>
        _ = _recorder?.WriteAsync(EventRecorder.About(service), true, reason, message, CancellationToken.None);

    private void ScheduleTick(TimeSpan now)
    {
        var next = (_leading ? _scheduler.NextDue ?? TimeSpan.MaxValue : TimeSpan.MaxValue) - now;
        var longest = _queued.Count > 0 ? QueuedTick : LongestTick;
        _timer.Change(next > longest ? longest : next < ShortestTick ? ShortestTick : next, Timeout.InfiniteTimeSpan);
    }
}
