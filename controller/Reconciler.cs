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

    private readonly Channel<Action> _events = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<ManagedService> _queued = [];
    private readonly ControllerOptions _options;
    private readonly EndpointStore _store;
    private readonly InvalidServices _invalid;
    private readonly ProbeScheduler _scheduler;
    private readonly ChangeWriter _writer;
    private readonly ControllerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private bool _leading;
    private TimeSpan _resyncAt;
    private long _turnedAt;

    /// <remarks>Times count from the timestamp <paramref name="origin"/>. Without a recorder it is a dry run.</remarks>
    public Reconciler(
        ControllerOptions options, Prober prober, ChangeWriter writer, EventRecorder? recorder, ControllerMetrics metrics,
        TimeProvider time, long origin, ILogger log)
    {
        (_options, _writer, _metrics) = (options, writer, metrics);
        (_time, _origin, _log) = (time, origin, log);
        _store = new EndpointStore(options);
        _invalid = new InvalidServices(recorder, metrics, log);
        _scheduler = new ProbeScheduler(
            prober, options.MaxConcurrentProbes, recorder, metrics, log, (endpoint, generation, result) =>
                Enqueue(() => Complete(endpoint, generation, result)));
        _timer = time.CreateTimer(_ => Enqueue(() => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since the last pass, for /healthz.</summary>
    public TimeSpan SinceLastTurn => _time.GetElapsedTime(Interlocked.Read(ref _turnedAt));

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public void Enqueue(Delta<V1Service> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1Pod> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void Enqueue(Delta<V1EndpointSlice> delta) => Enqueue(() => Observe(_store.Apply(delta)));

    public void EnqueueLeadership(bool leading) => Enqueue(() => Lead(leading));

    /// <summary>Runs until cancelled, once every cache has its first list. Nothing is removed while a watch is not current.</summary>
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
                Guarded("probes", () => _scheduler.StartDue(now, cancellationToken));
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
                    _invalid.Clear(service.Name);
                    Log.Managed(_log, service.Name, service.Endpoints.Count);
                    break;
                case StoreChange.Released { Service: var service }:
                    Release(service);
                    break;
                case StoreChange.Invalid { Service: var service, Problems: var problems }:
                    _invalid.Set(service, problems, _leading);
                    break;
                case StoreChange.NotAsked { Service: var name }:
                    _invalid.Clear(name);
                    break;
            }
        }
    }

    /// <summary>A new leader has no history: every endpoint starts empty, at its own moment of the interval.</summary>
    private void Lead(bool leading)
    {
        _leading = leading;
        _metrics.Leader.Set(leading ? 1 : 0);
        _metrics.LeaderChanges.Increment();
        _scheduler.Clear();
        _resyncAt = Now;
        if (leading)
        {
            _invalid.RecordAll();
        }

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

        // A gate and a slice would stay forever.
        foreach (var endpoint in service.Endpoints.Values.Where(e => e.State == EndpointState.Out))
        {
            endpoint.Pending = EndpointState.Serving;
            Apply(null, Change.Of(service, endpoint, Verdict.PutBack, "the Service is no longer under health checks"));
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
            Apply(null, Change.Restore(pod, annotation, "health checks no longer exclude it"));
        }
    }

    private void Complete(TrackedEndpoint endpoint, int generation, ProbeResult result)
    {
        var (service, policy) = (endpoint.Service, endpoint.Service.Policy);
        _scheduler.Free(endpoint);
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
        foreach (var endpoint in service.Endpoints.Values)
        {
            endpoint.ForgetUnseen(now);
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
            Apply(any, Change.Of(service, any, Verdict.Keep, "the Service changed"));
        }

        _metrics.Healthy.Set(service.Healthy, service.Labels);
        _metrics.Unhealthy.Set(service.Unhealthy, service.Labels);
    }

    private void Act(ManagedService service, TrackedEndpoint endpoint, EndpointDecision decision, TimeSpan now)
    {
        var before = endpoint.HeldBy;
        endpoint.HeldBy = decision.Guard;
        switch (decision.Verdict)
        {
            case Verdict.HoldBack:
                if (decision.Guard == Guard.SecondLook)
                {
                    _scheduler.ProbeOthersSoon(endpoint, _store.Managed, now);
                    Queue(service);
                }

                if (decision.Guard != before)
                {
                    _writer.ReportHeldBack(endpoint, decision);
                }

                break;
            case Verdict.TakeOut or Verdict.PutBack when endpoint.IsApplying || service.IsWritingSlices || now < endpoint.NextApply:
                Queue(service);
                break;
            case Verdict.TakeOut or Verdict.PutBack:
                var takeOut = decision.Verdict == Verdict.TakeOut;
                endpoint.Expect(takeOut ? EndpointState.Out : EndpointState.Serving, now);
                if (takeOut)
                {
                    endpoint.History = endpoint.History.RemovedAt(now, _options.Guards.FlapWindow);
                    _scheduler.Schedule(endpoint, now + service.Policy.RetryInterval);
                }

                Apply(endpoint, Change.Of(service, endpoint, decision.Verdict, decision.Reason));
                break;
        }
    }

    private void Apply(TrackedEndpoint? endpoint, Change change) => _writer.Start(
        change,
        endpoint,
        outcome => Enqueue(() =>
        {
            endpoint?.Complete(outcome, Now);
            if (endpoint is { IsGone: false })
            {
                Queue(endpoint.Service);
            }
        }));

    private void Queue(ManagedService service)
    {
        if (!service.IsQueued)
        {
            service.IsQueued = true;
            _queued.Add(service);
        }
    }

    private void ScheduleTick(TimeSpan now)
    {
        var next = (_leading ? _scheduler.NextDue ?? TimeSpan.MaxValue : TimeSpan.MaxValue) - now;
        var longest = _queued.Count > 0 ? QueuedTick : LongestTick;
        _timer.Change(next > longest ? longest : next < ShortestTick ? ShortestTick : next, Timeout.InfiniteTimeSpan);
    }
}
