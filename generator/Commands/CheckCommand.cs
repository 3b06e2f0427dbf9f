using System.CommandLine;
using PlatformGitOps.Generator.Drift;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>check</c>: what generate would change, and why.</summary>
internal static class CheckCommand
{
    public static Command Create(TreeOptions tree)
    {
        var command = new Command(
            "check", "Compares the tree with its definition and shows whether the definition or a manual edit changed each file.");
        command.SetAction((result, cancellationToken) => Task.FromResult(Run(tree.Context(result), cancellationToken)));
        return command;
    }

    private static int Run(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var drift = DriftCheck.Run(context.Request(platform), cancellationToken);
        DriftText.Render(drift, context.Output);
        return drift.Drifted ? ExitCode.Findings : ExitCode.Fine;
    }
}
