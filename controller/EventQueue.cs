using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller;

/// <summary>What happens, from any thread, to be handled in order by one.</summary>
internal sealed class EventQueue(ControllerMetrics metrics, ILogger log)
{
    private readonly Channel<Action> _events = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    public void Add(Action handle) => _events.Writer.TryWrite(handle);

    /// <summary>Ends when it is handled.</summary>
    public Task AddAsync(Action handle)
    {
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() =>
        {
            handle();
            handled.SetResult();
        });
        return handled.Task;
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

    public void HandleAll()
    {
        while (_events.Reader.TryRead(out var handle))
        {
            Guarded("an event", handle);
        }
    }

    /// <summary>The edge of the loop: one event or Service that cannot be handled must not end all others.</summary>
    public void Guarded(string subject, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            metrics.InternalErrors.Increment(("component", "loop"));
            Log.InternalError(log, "loop", subject, e);
        }
    }
}
