using System.Runtime.InteropServices;

namespace PlatformGitOps.Acceptance;

/// <summary>
/// Ctrl-C. The first one ends the running live checks, which restore what they have changed, and starts no other; what the run has made is
/// then removed as always. The second one ends the process at once, and the reaper removes what it can.
/// </summary>
public static class RunStop
{
    private static readonly TimeSpan SameOne = TimeSpan.FromSeconds(1);
    private static readonly CancellationTokenSource Source = new();
    private static PosixSignalRegistration? interrupt;
    private static long first;

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public static CancellationToken Token => Source.Token;

    internal static void Listen() => interrupt ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        // The terminal sends one to each of its programs, and `platform-gitops accept` passes its own on.
        if (Source.IsCancellationRequested)
        {
            context.Cancel = TimeProvider.System.GetElapsedTime(first) < SameOne;
            return;
        }

        context.Cancel = true;
        first = TimeProvider.System.GetTimestamp();
        Console.Error.WriteLine("acceptance: stopping. Running checks restore what they changed, and what the run made is removed. "
            + "Ctrl-C again ends the run at once.");
        Source.Cancel();
    });
}
