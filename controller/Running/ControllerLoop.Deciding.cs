using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.TakingOut;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

internal sealed partial class ControllerLoop
{
    private static readonly TimeSpan PendingFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(10);

    public void Released(ManagedService service)
    {
        Metrics.Healthy.Remove(service.Labels);
        Metrics.Unhealthy.Remove(service.Labels);
        Log.Released(_parts.Log, service.Name);
        // Pods that lost their label are found by their notes (Sweep); a gate and a slice would stay as they are for ever.
        foreach (var endpoint in service.Endpoints.Values.Where(e => _leading && e.State == EndpointState.Out && service.Policy.Removal != Removal.ServeLabel))
        {
            endpoint.Pending = EndpointState.Serving;
            Start(null, ChangeOf(service, endpoint, Verdict.PutBack, "the Service is no longer under health checks"));
        }

        _sweepAt = Now;
    }

    private void Sweep(TimeSpan now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + BetweenSweeps;
        foreach (var (pod, note) in _world.Orphans())
        {
            var name = ObjectName.TryParse(note.Service, out var parsed) ? parsed : new ObjectName(pod.Metadata.Namespace, note.Service);
            var change = new Change
            {
                Service = new Service { Metadata = new ObjectMeta { Name = name.Name, Namespace = name.Namespace } },
                Policy = new HealthPolicy { ServeLabel = note.Label },
                Verdict = Verdict.PutBack,
                Endpoint = pod.Metadata.Name,
                Reason = "nobody keeps it out any more",
                Pod = pod,
            };
            Start(null, change);
        }
    }

    private void Reconcile(TimeSpan now)
    {
        IReadOnlyList<ObservedEndpoint>? everything = null;
        IReadOnlyList<ObservedEndpoint> Everything() =>
            everything ??= [.. _world.Managed.SelectMany(service => service.Endpoints.Values).Select(endpoint => endpoint.Observe())];

        var isCurrent = _parts.IsCurrent();
        var services = _dirty.ToArray();
        _dirty.Clear();
        foreach (var service in services)
        {
            service.Dirty = false;
            Metrics.Reconciles.Increment();
            Expire(service, now);
            var observed = new Observed
            {
                Service = service.Name,
                Endpoints = [.. service.Endpoints.Values.Select(endpoint => endpoint.Observe())],
                IsCurrent = isCurrent,
                Vantage = since => Vantage.Judge(Everything(), since, _parts.Options.Guards),
            };
            foreach (var decision in Decider.Decide(observed, service.Policy, _parts.Options.Guards, now))
            {
                Act(service, service.Endpoints[decision.Id], decision, now);
            }

            if (service is { HasStaleSlices: true, WritingSlices: false })
            {
                var any = service.Endpoints.Values.First();
                Start(any, ChangeOf(service, any, Verdict.Keep, "the Service changed"));
            }

            Count(service);
        }
    }

    private void Act(ManagedService service, TrackedEndpoint endpoint, EndpointDecision decision, TimeSpan now)
    {
        var held = endpoint.HeldBy;
        endpoint.HeldBy = decision.Guard;
        switch (decision.Verdict)
        {
            case Verdict.HoldBack:
                Hold(service, endpoint, decision, held);
                break;
            case Verdict.TakeOut or Verdict.PutBack when !endpoint.Applying && !service.WritingSlices && now >= endpoint.NextApply:
                endpoint.Applying = true;
                endpoint.Pending = decision.Verdict == Verdict.TakeOut ? EndpointState.Out : EndpointState.Serving;
                endpoint.PendingUntil = now + PendingFor;
                if (decision.Verdict == Verdict.TakeOut)
                {
                    endpoint.History = endpoint.History.TakenOutAt(now, _parts.Options.Guards.FlapWindow);
                    _queue.Schedule(endpoint, now + service.Policy.RetryInterval);
                }

                Start(endpoint, ChangeOf(service, endpoint, decision.Verdict, decision.Reason));
                break;
            case Verdict.TakeOut or Verdict.PutBack:
                Changed(service);
                break;
        }
    }

    private void Hold(ManagedService service, TrackedEndpoint endpoint, EndpointDecision decision, Guard before)
    {
        if (decision.Guard == Guard.SecondLook)
        {
            Hurry(endpoint);
            Changed(service);
        }

        if (decision.Guard == before)
        {
            return;
        }

        Metrics.HeldBack.Increment([.. service.Labels, ("guard", AnnotationReader.Spelling(decision.Guard.ToString()))]);
        if (decision.Guard != Guard.SecondLook)
        {
            Log.HeldBack(_parts.Log, service.Name, endpoint.Member.Id, decision.Guard, decision.Reason);
            Tell(About(service.Service), true, "RemovalHeldBack", $"{endpoint.Member.Id} fails ({endpoint.History.Last?.Detail}) but stays: {decision.Reason}");
        }
    }

    private static Change ChangeOf(ManagedService service, TrackedEndpoint endpoint, Verdict verdict, string reason) => new()
    {
        Service = service.Service,
        Policy = service.Policy,
        Verdict = verdict,
        Endpoint = endpoint.Member.Id,
        Reason = reason,
        Pod = endpoint.Member.Pod,
        Readiness = service.Endpoints.ToDictionary(e => e.Key, e => e.Value.State == EndpointState.Serving, StringComparer.Ordinal),
    };

    private void Start(TrackedEndpoint? endpoint, Change change)
    {
        if (_parts.DryRun)
        {
            Log.DryRun(_parts.Log, change.Service.Metadata.FullName, change.Verdict, change.Endpoint, change.Reason);
            if (endpoint is not null)
            {
                // It goes on as if it had been written, so that the guards count as they would.
                endpoint.Applying = false;
                endpoint.PendingUntil = TimeSpan.MaxValue;
            }

            return;
        }

        if (change.Policy.Removal == Removal.EndpointSlices && endpoint is not null)
        {
            endpoint.Service.WritingSlices = true;
        }

        var write = ApplyAsync(endpoint, change);
        _writes.TryAdd(write, change.Endpoint);
        _ = write.ContinueWith(ended => _writes.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Not tied to the loop's own end: a patch that was sent is waited for, so that its outcome is known when the lease is given back.</summary>
    private async Task ApplyAsync(TrackedEndpoint? endpoint, Change change)
    {
        using var limit = new CancellationTokenSource(PendingFor, _parts.Time);
        var outcome = await _parts.Applier.ApplyAsync(change, limit.Token);
        Metrics.Updates.Increment(
            ("namespace", change.Service.Metadata.Namespace ?? ""), ("service", change.Service.Metadata.Name), ("result", ResultOf(outcome)));
        _signals.Writer.TryWrite(new Signal.Applied(endpoint, change, outcome));
    }

    private static string ResultOf(ApplyOutcome outcome) => outcome switch
    {
        ApplyOutcome.Done => "success",
        ApplyOutcome.Obsolete => "obsolete",
        _ => "failure",
    };

    private void Applied(Signal.Applied applied)
    {
        var (endpoint, change, outcome) = (applied.Endpoint, applied.Change, applied.Outcome);
        var takeOut = change.Verdict == Verdict.TakeOut;
        switch (outcome)
        {
            case ApplyOutcome.Done:
                Done(change, takeOut);
                break;
            case ApplyOutcome.Failed { Why: var why }:
                Log.ApplyFailed(_parts.Log, change.Service.Metadata.FullName, change.Verdict, change.Endpoint, why);
                break;
        }

        if (endpoint is null)
        {
            return;
        }

        endpoint.Applying = false;
        endpoint.Service.WritingSlices = false;
        endpoint.ApplyFailures = outcome is ApplyOutcome.Failed ? endpoint.ApplyFailures + 1 : 0;
        if (outcome is not ApplyOutcome.Done)
        {
            endpoint.Pending = null;
            var asked = (outcome as ApplyOutcome.Failed)?.RetryAfter;
            endpoint.NextApply = Now + Backoff.Delay(Math.Max(1, endpoint.ApplyFailures), Random.Shared.NextDouble(), asked);
        }

        if (!endpoint.Removed)
        {
            Changed(endpoint.Service);
        }
    }

    private void Done(Change change, bool takeOut)
    {
        if (change.Verdict == Verdict.Keep)
        {
            return;
        }

        var name = change.Service.Metadata.FullName;
        var labels = new[] { ("namespace", name.Namespace ?? ""), ("service", name.Name) };
        if (takeOut)
        {
            Metrics.Removed.Increment(labels);
            Log.TakenOut(_parts.Log, name, change.Endpoint, change.Reason);
        }
        else
        {
            Metrics.Added.Increment(labels);
            Log.PutBack(_parts.Log, name, change.Endpoint, change.Reason);
        }

        var message = $"{change.Endpoint} {(takeOut ? "taken out of" : "put back into")} DNS: {change.Reason}";
        var reason = takeOut ? "EndpointTakenOut" : "EndpointPutBack";
        if (change.Service.Metadata.Uid is not null)
        {
            Tell(About(change.Service), takeOut, reason, message);
        }

        if (change.Pod is { } pod)
        {
            Tell(About(pod), takeOut, reason, message);
        }
    }

    /// <summary>A write the watch did not show in time is no longer believed: what the cache says counts again.</summary>
    private static void Expire(ManagedService service, TimeSpan now)
    {
        foreach (var endpoint in service.Endpoints.Values.Where(e => e.Pending is not null && !e.Applying && now >= e.PendingUntil))
        {
            endpoint.Pending = null;
        }
    }

    private void Count(ManagedService service)
    {
        var healthy = service.Endpoints.Values.Count(e => e.State == EndpointState.Serving && e.History.Failures == 0);
        var unhealthy = service.Endpoints.Values.Count(e => e.State == EndpointState.Out || e.History.Failures > 0);
        Metrics.Healthy.Set(healthy, service.Labels);
        Metrics.Unhealthy.Set(unhealthy, service.Labels);
    }
}
