using System.Runtime.CompilerServices;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The suite's only clockwork: the pause between two looks of a wait, and the turns of something that is done at a steady pace.
/// Everything else that lets time pass is a condition, and stands in <see cref="Eventually"/> or <see cref="Throughout"/>.
/// </summary>
public static class Pace
{
    /// <summary>One turn now and one after each period, the last when <paramref name="length"/> is over; a late turn is not made up for.</summary>
    public static async IAsyncEnumerable<int> Every(
        TimeSpan period, TimeSpan length, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var turn = 0; ; turn++)
        {
            yield return turn;
            var left = length - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                yield break;
            }

            await Pause(left < period ? left : period, time, cancellationToken);
        }
    }

    internal static Task Pause(TimeSpan length, TimeProvider time, CancellationToken cancellationToken) =>
#pragma warning disable RS0030 // The one place: acceptance/BannedSymbols.txt forbids it everywhere else.
        Task.Delay(length, time, cancellationToken);
#pragma warning restore RS0030
}
