using System.CommandLine;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Does nothing until SIGTERM: a pod to run the other verbs in, since an image made from scratch has no sleep.</summary>
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
                // SIGTERM is how this ends.
            }

            return 0;
        });
        return command;
    }
}
