namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>A clock that stands still until a test runs it: then it goes from deadline to deadline, so that no test waits for real.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since the clock was made.</summary>
    public TimeSpan Elapsed => now - DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        period.ShouldBe(Timeout.InfiniteTimeSpan, "nothing here needs a timer that repeats");
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass until the work is done, or waits for something later than the limit.</summary>
    public async Task Run(Task work, TimeSpan limit)
    {
        while (!work.IsCompleted)
        {
            switch (Next())
            {
                case null:
                    await Task.Yield(); // the work goes on by itself until it waits for the clock
                    break;
                case { } next when next.Due - DateTimeOffset.UnixEpoch > limit:
                    return;
                case { } next:
                    now = next.Due;
                    next.Fire();
                    break;
            }
        }
    }

    private Timer? Next()
    {
        lock (gate)
        {
            return timers.MinBy(timer => timer.Due);
        }
    }

    private sealed class Timer(ManualTime clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire()
        {
            Dispose();
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
