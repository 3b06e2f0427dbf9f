using System.Globalization;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The sibling of <see cref="Eventually"/> for what has to stay as it is: the probe is asked again and again for the whole of a
/// window, and the first look that does not hold ends it, as does one that gets no answer, because nobody saw that it held then.
/// </summary>
public static class Throughout
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    /// <param name="window">Not stretched on slow machines: it is the observed time, not a limit.</param>
    public static Task For(TimeSpan window, Func<CancellationToken, Task> probe, string because, CancellationToken cancellationToken) =>
        For(window, probe, because, TimeProvider.System, cancellationToken);

    /// <exception cref="BrokenException">A look did not hold.</exception>
    public static async Task For(
        TimeSpan window, Func<CancellationToken, Task> probe, string because, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await foreach (var held in Pace.Every(Between, window, time, cancellationToken))
        {
            var at = time.GetElapsedTime(started);
            try
            {
                await probe(cancellationToken).WaitAsync(LongestLook, time, cancellationToken);
            }
            catch (Exception exception) when (Eventually.MayPass(exception))
            {
                throw new BrokenException(because, window, held, new Sighting(at, exception.Message.Trim(), 1), exception);
            }
        }
    }
}

/// <summary>The condition held at first and then did not; the message says when, and what was seen.</summary>
public sealed class BrokenException(string because, TimeSpan window, int held, Sighting broke, Exception inner)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{because}: for {window.TotalSeconds:0.0} s, but after {held} looks that held\nseen: {broke}"),
        inner)
{
    /// <summary>Looks that held before.</summary>
    public int Held { get; } = held;

    public Sighting Broke { get; } = broke;
}
