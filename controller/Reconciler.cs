using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller;

/// <summary>
/// Single-threaded event loop; owns all state. Deltas, probe results, results of writes and changes of leadership are queued and handled in
/// order. Each pass restores orphaned removals, starts due probes, and reconciles changed Services: observe, decide (<see cref="Decider"/>,
/// pure), write (<see cref="ChangeWriter"/>, outside of the loop).
/// </summary>
internal sealed class Reconciler : IDisposable
{
    private static readonly TimeSpan QueuedTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(10);

    private readonly EventQueue _events;
    private readonly ServiceQueue _queue = new();
    private readonly ControllerOptions _options;
    private readonly EndpointStore _store;
    private readonly OwnerSelectors _owners;
    private readonly ServiceReports _reports;
    private readonly ProbeScheduler _scheduler;
    private readonly ChangeWriter _writer;
    private readonly Telemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private Role _role;
    private TimeSpan _sweepAt;

    /// <remarks>Times count from the timestamp <paramref name="origin"/>.</remarks>
    public Reconciler(
        ControllerOptions options, IProber prober, ChangeWriter writer, IObjectApi api, Telemetry telemetry, TimeProvider time, long origin)
    {
        (_options, _writer, _telemetry, _time, _origin) = (options, writer, telemetry, time, origin);
        _events = new EventQueue(Metrics, time, telemetry.Log);
        _store = new EndpointStore(options, time);
        _owners = new OwnerSelectors(
            api, () => _role == Role.Leader, uid => Enqueue(() => JudgeOwner(uid)), Metrics, telemetry.Log);
        _reports = new ServiceReports(telemetry);
        _scheduler = new ProbeScheduler(prober, options.MaxConcurrentProbes, telemetry, (endpoint, generation, result) =>
            Enqueue(() => Complete(endpoint, generation, result)));
        Metrics.Leader.Set(0, telemetry.Labels);
    }

    /// <summary>The time since the last pass, for /healthz.</summary>
    public TimeSpan SinceLastPass => _events.SinceLastPass;

    private ControllerMetrics Metrics => _telemetry.Metrics;

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public void Enqueue(Delta<V1Service> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1Pod> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1EndpointSlice> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    /// <summary>Completes when the role is handled: after losing leadership no further write starts.</summary>
    public Task EnqueueRole(Role role) => _events.AddAsync(() => ChangeRole(role));

    /// <summary>Runs until cancelled, once all caches have their first list. Nothing is removed while a watch is not current.</summary>
    public async Task RunAsync(Func<bool> isSynced, Func<bool> isCurrent, CancellationToken cancellationToken)
    {
        await _events.RunAsync(() => UntilNextPass(RunPass(isSynced, isCurrent, cancellationToken)), cancellationToken);
    }

    /// <summary>One pass over all events since the last one. Returns its time.</summary>
    internal TimeSpan RunPass(Func<bool> isSynced, Func<bool> isCurrent, CancellationToken cancellationToken)
    {
        // Read before the queue is emptied, so that all events of the first lists are handled.
        var ready = isSynced();
        _events.HandleAll();
        var now = Now;
        if (_role != Role.Standby && ready)
        {
            _events.Guarded("probes", () => _scheduler.StartDue(now, cancellationToken));
        }

        if (_role == Role.Leader && ready)
        {
            _events.Guarded("sweep", () => Sweep(isCurrent(), now));
            IReadOnlyList<ObservedEndpoint>? all = null;
            foreach (var service in _queue.Drain())
            {
                _events.Guarded(service.Name.ToString(), () => Reconcile(service, isCurrent(), () => all ??= _store.ObserveAll(), now));
            }
        }

        return now;
    }

    public void Dispose() => _events.Dispose();

    private void Enqueue(Action handle) => _events.Add(handle);

    private void Observe(IReadOnlyList<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            _reports.Observe(change, _role);
            switch (change)
            {
                case StoreChange.EndpointAdded { Endpoint: var endpoint }:
                    // Soon, but not all pods of a rollout at the same time.
                    _scheduler.Schedule(endpoint, Now + (TimeSpan.FromMilliseconds(500) * Random.Shared.NextDouble()));
                    _ = _owners.Refusal(endpoint);
                    _queue.Add(endpoint.Service);
                    break;
                case StoreChange.Updated { Service: var service }:
                    _queue.Add(service);
                    break;
                case StoreChange.Released:
                    // The next sweeps restore its pods and slices.
                    _sweepAt = Now;
                    break;
            }
        }
    }

    /// <summary>
    /// A new leader has no history: every endpoint starts empty, at a random time of its interval. But endpoints with short intervals are
    /// already probed while the old leader's renewal is late, and keep those results.
    /// </summary>
    private void ChangeRole(Role role)
    {
        if (role == _role)
        {
            return;
        }

        (var before, _role) = (_role, role);
        if (role == Role.Leader || before == Role.Leader)
        {
            Metrics.Leader.Set(role == Role.Leader ? 1 : 0, _telemetry.Labels);
            Metrics.LeaderChanges.Increment(_telemetry.Labels);
        }

        _reports.ChangeRole(role, _store.Managed);
        if ((before, role) != (Role.Candidate, Role.Leader))
        {
            _scheduler.Clear();
        }

        _sweepAt = Now;
        if (role != Role.Standby)
        {
            _store.Managed.ToList().ForEach(service => Begin(service, before));
        }
    }

    private void Begin(ManagedService service, Role before)
    {
        var (interval, isQuick) = (service.Policy.Interval, service.Policy.Interval * 2 <= _options.LeaderElection.LeaseDuration);
        if (_role == Role.Candidate ? isQuick : !(isQuick && before == Role.Candidate))
        {
            _scheduler.Restart(service, Now, _role == Role.Candidate ? interval * 0.2 : interval);
        }

        if (_role == Role.Leader)
        {
            _queue.Add(service);
            service.Endpoints.Values.ToList().ForEach(endpoint => _ = _owners.Refusal(endpoint));
        }
    }

    /// <summary>Restores endpoints that no Service with health checks excludes anymore, whoever removed them.</summary>
    private void Sweep(bool isCurrent, TimeSpan now)
    {
        if (now < _sweepAt || !isCurrent)
        {
            return;
        }

        _sweepAt = now + BetweenSweeps;
        _owners.Forget(_store.Managed.SelectMany(service => service.Endpoints.Values).Select(e => e.Endpoint.Pod).OfType<V1Pod>());
        _store.Orphans().Where(orphan => orphan.Write.MayBegin(now)).ToList().ForEach(orphan => Start(orphan.Write, orphan.Change));
    }

    private void Complete(TrackedEndpoint endpoint, int generation, ProbeResult result)
    {
        _scheduler.Free(endpoint);
        Metrics.CheckDuration.Observe(AnnotationReader.Spelling(endpoint.Target.Scheme.ToString()), result.Duration);
        if (endpoint.IsGone)
        {
            return;
        }

        if (_role == Role.Standby)
        {
            return;
        }

        Metrics.Checks.Increment([.. endpoint.Service.Labels, ControllerMetrics.ResultOf(result.Healthy)]);

        // After a change of the pod or a suspension of this process, the result is outdated.
        var isEvidence = generation == endpoint.Generation && result.Duration <= endpoint.Target.Timeout * 2;
        if (isEvidence)
        {
            endpoint.History = endpoint.History.With(result);
            endpoint.HeldBy = result.Healthy ? Guard.None : endpoint.HeldBy;
        }

        _scheduler.ScheduleNext(endpoint, result, isEvidence, Now);
        if (endpoint.History.Failures == 1 && endpoint.State == EndpointState.Serving)
        {
            _scheduler.ProbeOthersSoon(endpoint, _store.Managed, Now);
        }

        _queue.Add(endpoint.Service);
    }

    private void Reconcile(ManagedService service, bool isCurrent, Func<IReadOnlyList<ObservedEndpoint>> all, TimeSpan now)
    {
        if (_store.FindManaged(service.Name) != service)
        {
            // It waited in the queue when its health checks ended.
            return;
        }

        Metrics.Reconciles.Increment();
        List<(TrackedEndpoint Endpoint, Decision Decision)> addresses = [];
        try
        {
            foreach (var endpoint in service.Undecided())
            {
                var observed = _store.Observe(
                    endpoint.Removal, isCurrent, since => PartitionGuard.Evaluate(all(), since, _options.Guards));
                Act(endpoint, Decider.Decide(observed with { Refusal = _owners.Refusal(endpoint) }, _options.Guards, now), addresses, now);
            }
        }
        finally
        {
            addresses.ForEach(address => address.Endpoint.Removal.IsPending = false);
        }

        if (addresses.Count > 0 || (service.HasSlicesToWrite && service.SliceWrites.MayBegin(now) && service.Endpoints.Count > 0))
        {
            Start(
                service.SliceWrites, EndpointWrite.OfAddresses(service, addresses),
                addresses.Select(address => address.Endpoint.Removal));
        }

        Metrics.Healthy.Set(service.Healthy, service.Labels);
        Metrics.Unhealthy.Set(service.Unhealthy, service.Labels);
    }

    /// <summary>Adds a changed address to <paramref name="addresses"/>: those of a Service are written together.</summary>
    private void Act(TrackedEndpoint endpoint, Decision decision, List<(TrackedEndpoint, Decision)> addresses, TimeSpan now)
    {
        var removal = endpoint.Removal;
        switch (decision.Verdict)
        {
            case Verdict.HoldBack:
                // The Service with the failures reports it, although another Service may have been reconciled first.
                var failing = removal.Endpoints.Find(e => e.Service.Name == decision.WantedBy[0]) ?? endpoint;
                (var before, failing.HeldBy) = (failing.HeldBy, decision.Guard);
                if (decision.Guard == Guard.SecondLook)
                {
                    _scheduler.ProbeOthersSoon(failing, _store.Managed, now);
                    _queue.Add(failing.Service);
                }

                if (decision.Guard != before)
                {
                    _writer.ReportHeldBack(failing, decision);
                }

                break;
            case Verdict.Keep when removal is { Write.IsUnknown: true, Pod.Pod: var pod } && removal.Write.MayBegin(now):
                Start(removal.Write, EndpointWrite.Read(pod));
                break;
            case Verdict.Remove or Verdict.Restore when removal.Write.MayBegin(now):
                var isRemoval = decision.Verdict == Verdict.Remove;
                if (isRemoval)
                {
                    removal.Times = Flapping.With(removal.Times, now, _options.Guards.FlapWindow);
                    removal.Endpoints.ForEach(e => _scheduler.Schedule(e, now + e.Service.Policy.RetryInterval));
                }

                if (removal.Pod is not { Pod: var changedPod })
                {
                    removal.IsPending = true;
                    addresses.Add((endpoint, decision));
                    break;
                }

                var wanting = removal.Endpoints.Find(e => decision.WantedBy.Contains(e.Service.Name)) ?? endpoint;
                Start(
                    removal.Write, EndpointWrite.OfPod(wanting, changedPod, decision, isRemoval ? _store.RemainingPods(removal) : []),
                    [removal]);
                break;
            case Verdict.Remove or Verdict.Restore:
            case Verdict.Keep when removal.Write.IsUnknown:
                _queue.Add(endpoint.Service);
                break;
        }
    }

    private void JudgeOwner(string uid)
    {
        foreach (var owned in _store.Managed.Select(service => service.OwnedBy(uid)).OfType<TrackedEndpoint>())
        {
            if (_owners.Refusal(owned) is { } refusal)
            {
                _writer.ReportRefused(owned.Service, refusal);
            }
        }
    }

    private void Start(WriteState write, EndpointWrite change, params IEnumerable<RemovalState> removals)
    {
        RemovalState[] changed = [.. removals];
        write.Begin();
        _writer.Start(change, outcome => Enqueue(() =>
        {
            write.End(outcome, Now, _options.Guards.BetweenWrites);
            outcome.Pods.ToList().ForEach(pod => Observe(_store.Apply(pod, isOwn: true)));
            outcome.Slices.ToList().ForEach(slice => Observe(_store.Apply(slice, isOwn: true)));
            _reports.Observe(change, _store.FindManaged(change.Service.FullName()) is not null, outcome, _role);
            changed.SelectMany(removal => removal.Endpoints).ToList().ForEach(endpoint => _queue.Add(endpoint.Service));
        }));
        if (_writer.IsDryRun)
        {
            // A dry run continues as if the write had succeeded, so that the guards count correctly.
            write.End(new ApplyOutcome.Done(), Now, _options.Guards.BetweenWrites);
            changed.ToList().ForEach(removal => removal.ToggleInDryRun());
        }
    }

    private TimeSpan UntilNextPass(TimeSpan now)
    {
        var next = (_role != Role.Standby ? _scheduler.NextDue ?? TimeSpan.MaxValue : TimeSpan.MaxValue) - now;
        return _queue.IsEmpty || next < QueuedTick ? next : QueuedTick;
    }
}
