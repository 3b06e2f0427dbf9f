using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Removal;

/// <summary>Runs writes beside the reconciler, and counts and reports each outcome.</summary>
internal sealed class ChangeWriter(Applier applier, EventRecorder events, ControllerMetrics metrics, TimeProvider time, ILogger log)
{
    private readonly ConcurrentDictionary<Task, string> _running = [];

    public int Running => _running.Count;

    /// <summary>Ends with the last of the writes that run now.</summary>
    public Task LastWrites => Task.WhenAll(_running.Keys);

    /// <summary>Not tied to the reconciler's end: a patch that was sent is waited for, so that its outcome is known when the Lease is released.</summary>
    /// <param name="change">What is written.</param>
    /// <param name="limit">The time it may take.</param>
    /// <param name="completed">Called once, whatever became of it.</param>
    public void Start(Change change, TimeSpan limit, Action<ApplyOutcome> completed)
    {
        var write = RunAsync(change, limit, completed);
        _running.TryAdd(write, change.Endpoint);
        _ = write.ContinueWith(
            ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(Change change, TimeSpan limit, Action<ApplyOutcome> completed)
    {
        using var source = new CancellationTokenSource(limit, time);
        ApplyOutcome outcome;
        try
        {
            outcome = await applier.ApplyAsync(change, source.Token);
        }
        catch (Exception e)
        {
            // The edge of a write: without an outcome the endpoint would wait for it forever.
            metrics.InternalErrors.Increment(("component", "apply"));
            Log.InternalError(log, "apply", $"{change.Service.FullName()} {change.Endpoint}", e);
            outcome = new ApplyOutcome.Failed(e.Message, null);
        }

        Report(change, outcome);
        completed(outcome);
    }

    private void Report(Change change, ApplyOutcome outcome)
    {
        var name = change.Service.FullName();
        (string, string)[] labels = [("namespace", name.Namespace ?? ""), ("service", name.Name)];
        var result = outcome switch { ApplyOutcome.Done => "success", ApplyOutcome.Obsolete => "obsolete", _ => "failure" };
        metrics.Updates.Increment([.. labels, ("result", result)]);
        switch (outcome, change.Verdict)
        {
            case (ApplyOutcome.Failed { Why: var why }, _):
                Log.ApplyFailed(log, name, change.Verdict, change.Endpoint, why);
                break;
            case (ApplyOutcome.Done, Verdict.TakeOut):
                metrics.Removed.Increment(labels);
                Log.Removed(log, name, change.Endpoint, change.Reason);
                RecordEvents(change, true, "EndpointTakenOut", $"{change.Endpoint} removed from DNS: {change.Reason}");
                break;
            case (ApplyOutcome.Done, Verdict.PutBack):
                metrics.Added.Increment(labels);
                Log.PutBack(log, name, change.Endpoint, change.Reason);
                RecordEvents(change, false, "EndpointPutBack", $"{change.Endpoint} put back into DNS: {change.Reason}");
                break;
        }
    }

    private void RecordEvents(Change change, bool warning, string reason, string message)
    {
        if (change.Service.Metadata.Uid is not null)
        {
            _ = events.WriteAsync(EventRecorder.About(change.Service), warning, reason, message, CancellationToken.None);
        }

        if (change.Pod is { } pod)
        {
            _ = events.WriteAsync(EventRecorder.About(pod), warning, reason, message, CancellationToken.None);
        }
    }
}
