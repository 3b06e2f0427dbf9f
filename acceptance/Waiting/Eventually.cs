using CliWrap.Exceptions;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The only way to wait for a condition; <see cref="Throughout"/> checks that one keeps holding. The probe is repeated while it throws an
/// assertion or gets no answer. Any other exception is a mistake in the probe and ends the wait at once.
/// </summary>
public static class Eventually
{
    private static readonly AsyncLocal<double?> Scale = new();
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortens the following waits, for a test that expects them to fail; 1 gives the preparation its full time.</summary>
    public static IDisposable ScaledBy(double share)
    {
        var before = Scale.Value;
        Scale.Value = share;
        return new ScaleScope(before);
    }

    /// <summary>Waits up to <paramref name="timeout"/>, multiplied by the setting for slow machines.</summary>
    public static Task<T> Within<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> probe, string because, CancellationToken cancellationToken) =>
        Within(timeout * SuiteSettings.Current.BudgetScale * (Scale.Value ?? 1), probe, because, TimeProvider.System, cancellationToken);

    public static Task Within(
        TimeSpan timeout, Func<CancellationToken, Task> probe, string because, CancellationToken cancellationToken) =>
        Within(timeout, async token => { await probe(token); return true; }, because, cancellationToken);

    public static Task Within(TimeSpan timeout, Action probe, string because, CancellationToken cancellationToken) =>
        Within(timeout, _ => { probe(); return Task.CompletedTask; }, because, cancellationToken);

    public static async Task<T> Within<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> probe, string because, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var seen = new List<WaitObservation>();
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Exception? last = null;
        while (true)
        {
            try
            {
                return await probe(either.Token).WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new WaitTimeoutException(because, time.GetElapsedTime(started), seen, last);
            }
            catch (Exception exception) when (IsRetriable(exception))
            {
                last = exception;
                Remember(seen, time.GetElapsedTime(started), exception.Message.Trim());
            }

            try
            {
                await Pace.Pause(ProbeInterval, time, either.Token);
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new WaitTimeoutException(because, time.GetElapsedTime(started), seen, last);
            }
        }
    }

    internal static bool IsRetriable(Exception exception) => exception
        is ShouldAssertException or NotYetException
        or CommandExecutionException or KubernetesApiException or HttpRequestException or TimeoutException or IOException;

    private static void Remember(List<WaitObservation> seen, TimeSpan at, string what)
    {
        if (seen.Count > 0 && seen[^1].What == what)
        {
            seen[^1] = seen[^1] with { Times = seen[^1].Times + 1 };
            return;
        }

        seen.Add(new WaitObservation(at, what, 1));
    }

    private sealed class ScaleScope(double? before) : IDisposable
    {
        public void Dispose() => Scale.Value = before;
    }
}

/// <summary>The condition did not hold in time; the message ends with the last observation.</summary>
public sealed class WaitTimeoutException : Exception
{
    public WaitTimeoutException(string because, TimeSpan waited, IReadOnlyList<WaitObservation> seen, Exception? inner)
        : base(Message(because, waited, seen), inner)
    {
        Because = because;
        Waited = waited;
        Seen = seen;
    }

    public string Because { get; }
    public TimeSpan Waited { get; }

    /// <summary>The observations in order; equal consecutive ones are counted, not repeated.</summary>
    public IReadOnlyList<WaitObservation> Seen { get; }

    private new static string Message(string because, TimeSpan waited, IReadOnlyList<WaitObservation> seen)
    {
        var last = seen.Count == 0 ? "nothing was observed: the first look did not come back" : seen[^1].ToString();
        var before = seen.Count < 2 ? "" : $"\nbefore that:\n  {string.Join("\n  ", seen.SkipLast(1).TakeLast(8))}";
        return $"waited {waited.TotalSeconds:0.0} s, because {because}\nlast seen: {last}{before}";
    }
}

/// <summary>Thrown by a probe whose condition does not hold yet; the message is the observation.</summary>
public sealed class NotYetException(string observed) : Exception(observed);

/// <param name="At">When it was first observed, since the start of the wait.</param>
/// <param name="Times">The number of consecutive equal observations.</param>
public sealed record WaitObservation(TimeSpan At, string What, int Times)
{
    public override string ToString() => $"[{At.TotalSeconds,6:0.0} s, {Times}×] {What}";
}

public sealed class EventuallyTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Returns_what_the_probe_returns_once_its_assertions_hold()
    {
        var looks = 0;
        var value = await Eventually.Within(
            TimeSpan.FromSeconds(10),
            _ =>
            {
                looks++;
                looks.ShouldBe(3);
                return Task.FromResult("there");
            },
            "the third look succeeds",
            Token);
        value.ShouldBe("there");
        looks.ShouldBe(3);
    }

    [Test]
    public async Task The_message_has_the_reason_the_time_and_the_last_observation()
    {
        var looks = 0;
        var exception = await Should.ThrowAsync<WaitTimeoutException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(1),
            _ => throw new NotYetException(looks++ < 2 ? "no pods" : "1 of 2 pods ready"),
            "both pods become ready",
            TimeProvider.System,
            Token));
        exception.Message.ShouldContain("because both pods become ready");
        exception.Message.ShouldContain("1 of 2 pods ready");
        exception.Seen.Select(seen => seen.What).ShouldBe(["no pods", "1 of 2 pods ready"]);
        exception.Seen[0].Times.ShouldBe(2);
        exception.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(900));
    }

    [Test]
    public async Task A_mistake_in_the_probe_ends_the_wait()
    {
        var looks = 0;
        await Should.ThrowAsync<InvalidOperationException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(5),
            _ =>
            {
                looks++;
                throw new InvalidOperationException("mistake");
            },
            "of nothing",
            Token));
        looks.ShouldBe(1);
    }

    [Test]
    public async Task A_hanging_probe_ends_at_the_deadline() =>
        (await Should.ThrowAsync<WaitTimeoutException>(() => Eventually.Within(
            TimeSpan.FromMilliseconds(300), _ => new TaskCompletionSource<int>().Task, "it hangs", TimeProvider.System, Token)))
        .Message.ShouldContain("the first look did not come back");

    [Test]
    public async Task Cancellation_is_not_a_timeout()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await Should.ThrowAsync<OperationCanceledException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(30), _ => throw new NotYetException("no"), "of nothing", TimeProvider.System, cancel.Token));
    }
}
