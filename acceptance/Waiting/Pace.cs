using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>
/// The only place where the suite lets time pass: the pause between two probes of a wait, and a steady rate. Everything else waits for a
/// condition with <see cref="Eventually"/> or <see cref="Throughout"/>.
/// </summary>
public static class Pace
{
    /// <summary>Returns now and after each period, last at the end of <paramref name="length"/>; late ones are not made up for.</summary>
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
