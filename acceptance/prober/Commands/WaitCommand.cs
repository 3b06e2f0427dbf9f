using System.CommandLine;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Waits for SIGTERM: a pod in which to run the other commands, since the image has no sleep.</summary>
internal static class WaitCommand
{
    public static Command Create()
    {
        var command = new Command("wait", "Does nothing until a signal ends it.");
        command.SetAction(async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ended by SIGTERM.
            }

            return 0;
        });
        return command;
    }
}
