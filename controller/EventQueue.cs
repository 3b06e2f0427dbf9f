using System.Threading.Channels;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller;

/// <summary>Queues events from any thread and handles them in order on one thread, in passes.</summary>
internal sealed class EventQueue : IDisposable
{
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly Channel<Action> _events = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ControllerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private long _lastPassAt;

    public EventQueue(ControllerMetrics metrics, TimeProvider time, ILogger log)
    {
        (_metrics, _time, _log) = (metrics, time, log);
        _timer = time.CreateTimer(_ => Add(() => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TimeSpan SinceLastPass => _time.GetElapsedTime(Interlocked.Read(ref _lastPassAt));

    public void Add(Action handle) => _events.Writer.TryWrite(handle);

    /// <summary>Completes when the event is handled.</summary>
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

    /// <param name="pass">Runs one pass and returns the time until the next one, unless an event arrives before.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(Func<TimeSpan> pass, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _lastPassAt, _time.GetTimestamp());
        _timer.Change(LongestTick, Timeout.InfiniteTimeSpan);
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            var next = pass();
            Interlocked.Exchange(ref _lastPassAt, _time.GetTimestamp());
            _timer.Change(TimeSpan.FromTicks(Math.Clamp(next.Ticks, ShortestTick.Ticks, LongestTick.Ticks)), Timeout.InfiniteTimeSpan);
        }
    }

    public void HandleAll()
    {
        while (_events.Reader.TryRead(out var handle))
        {
            Guarded("an event", handle);
        }
    }

    /// <summary>Catches exceptions of one event or Service, so that the others are still handled.</summary>
    public void Guarded(string subject, Action action)
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

    public void Dispose() => _timer.Dispose();
}

/// <summary>The Services to reconcile: each once, the longest waiting first.</summary>
internal sealed class ServiceQueue
{
    private readonly List<ManagedService> _order = [];
    private readonly HashSet<ManagedService> _waiting = [];

    public bool IsEmpty => _order.Count == 0;

    public void Add(ManagedService service)
    {
        if (_waiting.Add(service))
        {
            _order.Add(service);
        }
    }

    /// <summary>
    /// The Services that wait now. One that is added twice is returned once; one that is added during the enumeration waits for the next
    /// call.
    /// </summary>
    public IEnumerable<ManagedService> Drain()
    {
        var services = _order.ToArray();
        _order.Clear();
        foreach (var service in services)
        {
            _waiting.Remove(service);
            yield return service;
        }
    }
}
