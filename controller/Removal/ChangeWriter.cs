using System.Collections.Concurrent;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Removal;

/// <summary>Runs writes outside of the reconciler, and counts and reports each result. Without an applier it is a dry run.</summary>
internal sealed class ChangeWriter(Applier? applier, Telemetry telemetry, TimeProvider time)
{
    /// <summary>The time limit of all requests of a write.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LeadershipCheckInterval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Task, string> _running = [];

    public int Running => _running.Count;

    public bool IsDryRun => applier is null;

    /// <summary>Completes when the running writes have ended.</summary>
    public Task LastWrites => Task.WhenAll(_running.Keys);

    /// <summary>Starts a write. It continues when the reconciler stops, so that its result is known before the Lease is released.</summary>
    /// <param name="change">The change.</param>
    /// <param name="completed">Called once with the result, but not in a dry run.</param>
    public void Start(EndpointWrite change, Action<ApplyOutcome> completed)
    {
        if (applier is null)
        {
            for (var part = change; part is not null; part = part.Next)
            {
                Log.DryRun(telemetry.Log, part.Service.FullName(), part.Verdict, part.Endpoint, part.Reason);
            }

            return;
        }

        var write = RunAsync(applier, change, completed);
        _running.TryAdd(write, change.Endpoint);
        _ = write.ContinueWith(
            ended => _running.TryRemove(
                ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void ReportHeldBack(TrackedEndpoint endpoint, Decision decision)
    {
        var (service, id, guard) = (endpoint.Service, endpoint.Endpoint.Id, decision.Guard);
        telemetry.Metrics.HeldBack.Increment([.. service.Labels, ControllerMetrics.LabelOf(guard)]);
        if (guard != Guard.SecondLook)
        {
            Log.HeldBack(telemetry.Log, service.Name, id, guard, decision.Reason);
            var message = $"{id} fails ({endpoint.History.Last?.Detail}) but remains in DNS: {decision.Reason}";
            telemetry.Warn(service.Service, "RemovalHeldBack", message);
        }
    }

    /// <summary>No endpoint of the Service can be removed: the operator should know before one fails.</summary>
    public void ReportRefused(ManagedService service, string why)
    {
        Log.Refused(telemetry.Log, service.Name, why);
        telemetry.Warn(service.Service, "RemovalRefused", why);
    }

    private async Task RunAsync(Applier writer, EndpointWrite change, Action<ApplyOutcome> completed)
    {
        using var source = new CancellationTokenSource(LongestWrite, time);
        // A hanging request must not be executed after another instance becomes the leader.
        await using var leading = time.CreateTimer(
            _ => CancelUnlessLeading(writer, source), null, LeadershipCheckInterval, LeadershipCheckInterval);
        ApplyOutcome outcome;
        try
        {
            outcome = await writer.ApplyAsync(change, source.Token);
        }
        catch (Exception e)
        {
            // Catches all exceptions of a write: without a result the endpoint would wait forever.
            telemetry.Metrics.InternalErrors.Increment(("component", "apply"));
            Log.InternalError(telemetry.Log, "apply", $"{change.Service.FullName()} {change.Endpoint}", e);
            outcome = new ApplyOutcome.Failed(e.Message, MayBeWritten: true);
        }

        if (!change.IsRead || outcome is ApplyOutcome.Failed)
        {
            Report(change, outcome);
        }

        completed(outcome);
    }

    private static void CancelUnlessLeading(Applier writer, CancellationTokenSource source)
    {
        try
        {
            if (!writer.MayAct())
            {
                source.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // The write ended meanwhile.
        }
    }

    private void Report(EndpointWrite change, ApplyOutcome outcome)
    {
        var name = change.Service.FullName();
        for (var part = change; part is not null; part = part.Next)
        {
            switch (outcome, part.Verdict)
            {
                case (ApplyOutcome.Failed { Why: var why }, _):
                    Log.ApplyFailed(telemetry.Log, name, part.Verdict, part.Endpoint, why);
                    break;
                case (ApplyOutcome.Done, Verdict.Remove):
                    Log.Removed(telemetry.Log, name, part.Endpoint, part.Reason);
                    RecordEvents(part, true, "EndpointRemoved", $"{part.Endpoint} removed from DNS: {part.Reason}");
                    break;
                case (ApplyOutcome.Done, Verdict.Restore):
                    Log.Restored(telemetry.Log, name, part.Endpoint, part.Reason);
                    RecordEvents(part, false, "EndpointRestored", $"{part.Endpoint} restored to DNS: {part.Reason}");
                    break;
            }
        }
    }

    private void RecordEvents(EndpointWrite change, bool warning, string reason, string message)
    {
        if (change.Service.Metadata.Uid is not null)
        {
            telemetry.Record(EventRecorder.About(change.Service), warning, reason, message);
        }

        if (change.Pod is { } pod)
        {
            telemetry.Record(EventRecorder.About(pod), warning, reason, message);
        }
    }
}
