using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The only place where the suite lets time pass: the pause between two probes of a wait, and the turns of a steady pace.
/// Everything else waits for a condition with <see cref="Eventually"/> or <see cref="Throughout"/>.
/// </summary>
public static class Pace
{
    /// <summary>
    /// One turn now and one after each period, the last when <paramref name="length"/> is over; a late turn is not made up for.
    /// </summary>
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

    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "acceptance/BannedSymbols.txt bans it everywhere else.")]
    internal static Task Pause(TimeSpan length, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(length, time, cancellationToken);
}
