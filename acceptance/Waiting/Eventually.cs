using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The only way to wait for something; what has to stay as it is stands in <see cref="Throughout"/>. A probe looks at the world and asserts; while it throws an assertion, or the world does not answer,
/// it is asked again. Any other exception is a mistake in the probe and ends the waiting at once.
/// </summary>
public static class Eventually
{
    private static readonly AsyncLocal<double?> Haste = new();
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortens the waits that follow, for a test that expects them to end in vain; 1 gives what is set up meanwhile all its time.</summary>
    public static IDisposable Hurry(double share)
    {
        var before = Haste.Value;
        Haste.Value = share;
        return new Ease(before);
    }

    /// <summary>Waits up to <paramref name="timeout"/>, stretched by the budget scale of slow machines.</summary>
    public static Task<T> Within<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> probe, string because, CancellationToken cancellationToken) =>
        Within(timeout * SuiteSettings.Current.BudgetScale * (Haste.Value ?? 1), probe, because, TimeProvider.System, cancellationToken);

    public static Task Within(
        TimeSpan timeout, Func<CancellationToken, Task> probe, string because, CancellationToken cancellationToken) =>
        Within(timeout, async token => { await probe(token); return true; }, because, cancellationToken);

    public static async Task<T> Within<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> probe, string because, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var seen = new List<Observation>();
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
                throw new NeverHeldException(because, time.GetElapsedTime(started), seen, last);
            }
            catch (Exception exception) when (MayPass(exception))
            {
                last = exception;
                Remember(seen, time.GetElapsedTime(started), exception.Message.Trim());
            }

            try
            {
                await Pace.Pause(Between, time, either.Token);
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new NeverHeldException(because, time.GetElapsedTime(started), seen, last);
            }
        }
    }

    internal static bool MayPass(Exception exception) => exception
        is ShouldAssertException or NotYetException
        or CommandFailedException or KubernetesApiException or HttpRequestException or TimeoutException or IOException;

    private static void Remember(List<Observation> seen, TimeSpan at, string what)
    {
        if (seen.Count > 0 && seen[^1].What == what)
        {
            seen[^1] = seen[^1] with { Times = seen[^1].Times + 1 };
            return;
        }

        seen.Add(new Observation(at, what, 1));
    }

    private sealed class Ease(double? before) : IDisposable
    {
        public void Dispose() => Haste.Value = before;
    }
}
