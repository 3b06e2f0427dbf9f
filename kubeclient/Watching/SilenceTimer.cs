namespace PlatformGitOps.KubeClient.Watching;

/// <summary>Cancels what is being read when nothing came for too long; started anew before each read.</summary>
internal sealed class SilenceTimer : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _linked;
    private readonly ITimer _timer;

    public SilenceTimer(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _linked = linked;
        _timer = time.CreateTimer(_ => linked.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Restart()
    {
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
        return _linked.Token;
    }

    public void Dispose()
    {
        // The timer first: its callback must not meet a disposed source.
        _timer.Dispose();
        _linked.Dispose();
    }
}
