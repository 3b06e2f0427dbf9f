namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The counterpart of <see cref="Eventually"/> for a condition that must keep holding: it repeats the probe for the whole window, and the
/// first failure ends it. A probe without an answer is a failure too, because the condition was not observed.
/// </summary>
public static class Throughout
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    /// <param name="window">The observed time; not longer on slow machines, because it is not a limit.</param>
    public static Task For(TimeSpan window, Func<CancellationToken, Task> probe, string because, CancellationToken cancellationToken) =>
        For(window, probe, because, TimeProvider.System, cancellationToken);

    /// <exception cref="ConditionBrokenException">A probe failed.</exception>
    public static async Task For(
        TimeSpan window, Func<CancellationToken, Task> probe, string because, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await foreach (var held in Pace.Every(ProbeInterval, window, time, cancellationToken))
        {
            var at = time.GetElapsedTime(started);
            try
            {
                await probe(cancellationToken).WaitAsync(ProbeTimeout, time, cancellationToken);
            }
            catch (Exception exception) when (Eventually.IsRetriable(exception))
            {
                throw new ConditionBrokenException(because, window, held, new WaitObservation(at, exception.Message.Trim(), 1), exception);
            }
        }
    }
}

/// <summary>The condition held at first and then did not; the message has the time and the observation.</summary>
public sealed class ConditionBrokenException(string because, TimeSpan window, int held, WaitObservation broke, Exception inner)
    : Exception(
        $"{because}: for {window.TotalSeconds:0.0} s, but after {held} looks that held\nseen: {broke}",
        inner)
{
    /// <summary>The number of successful probes before.</summary>
    public int Held { get; } = held;

    public WaitObservation FailedObservation { get; } = broke;
}

public sealed class ThroughoutTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private StepTime time = new();
    private int looks;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void Begin() => (time, looks) = (new StepTime(), 0);

    [Test]
    public async Task Probes_during_the_whole_window()
    {
        var holding = Holding(_ => { });
        await time.Run(holding, TimeSpan.FromSeconds(1.9));
        holding.IsCompleted.ShouldBeFalse();
        await time.Run(holding, Window);
        await holding;
        looks.ShouldBe(9, "one at once, then one each quarter of a second, the last at the end");
    }

    [Test]
    public async Task The_first_failed_probe_ends_it_and_is_in_the_message()
    {
        var holding = Holding(look => (look < 7 ? "waiting" : "ready").ShouldBe("waiting", "the pod was to wait"));
        await time.Run(holding, Long);
        var broken = await Should.ThrowAsync<ConditionBrokenException>(() => holding);
        broken.Held.ShouldBe(6);
        broken.FailedObservation.At.ShouldBe(TimeSpan.FromSeconds(1.5));
        broken.Message.ShouldContain("the pod waits: for 2.0 s, but after 6 looks that held");
        broken.Message.ShouldContain("the pod was to wait");
        looks.ShouldBe(7, "nobody looks again");
    }

    [Test]
    public async Task A_failure_at_the_end_of_the_window_is_detected()
    {
        var holding = Holding(look => look.ShouldBeLessThan(9));
        await time.Run(holding, Long);
        (await Should.ThrowAsync<ConditionBrokenException>(() => holding)).FailedObservation.At.ShouldBe(Window);
    }

    [Test]
    public async Task A_probe_without_an_answer_is_a_failure()
    {
        var holding = Throughout.For(
            Window, _ => ++looks < 3 ? Task.CompletedTask : new TaskCompletionSource().Task, "the pod waits", time, Token);
        await time.Run(holding, Long);
        (await Should.ThrowAsync<ConditionBrokenException>(() => holding)).Held.ShouldBe(2);
    }

    [Test]
    public async Task A_mistake_in_the_probe_is_not_a_failed_condition()
    {
        var holding = Holding(_ => throw new InvalidOperationException("mistake"));
        await Should.ThrowAsync<InvalidOperationException>(() => holding);
    }

    [Test]
    public async Task Cancellation_is_not_a_failed_condition()
    {
        using var cancel = new CancellationTokenSource();
        var holding = Throughout.For(Window, _ => Task.CompletedTask, "the pod waits", time, cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => holding);
    }

    [Test]
    public async Task Ticks_have_their_period_and_the_last_one_is_at_the_end()
    {
        var turns = new List<double>();
        var pacing = Turns();
        await time.Run(pacing, Long);
        await pacing;
        turns.ShouldBe([0, 0.4, 0.8, 1]);

        async Task Turns()
        {
            await foreach (var _ in Pace.Every(TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(1), time, Token))
            {
                turns.Add(time.Elapsed.TotalSeconds);
            }
        }
    }

    private Task Holding(Action<int> look) => Throughout.For(
        Window,
        _ =>
        {
            look(++looks);
            return Task.CompletedTask;
        },
        "the pod waits",
        time,
        Token);
}

/// <summary>A clock that a test runs: it advances from deadline to deadline, so that no test waits.</summary>
internal sealed class StepTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since its creation.</summary>
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

    /// <summary>Advances until the work is done, or waits for something later than the limit.</summary>
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

    private sealed class Timer(StepTime clock, Action fire) : ITimer
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
