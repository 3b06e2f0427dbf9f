using System.CommandLine;
using PlatformGitOps.Generator.Drift;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>check</c>: what generate would change, and who changed it.</summary>
internal static class CheckCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("check", "Compares the tree with its definition and says for each file who changed it.");
        command.SetAction((result, cancellationToken) => Task.Run(() => Run(common.Workplace(result), cancellationToken), cancellationToken));
        return command;
    }

    private static int Run(Workplace place, CancellationToken cancellationToken)
    {
        if (place.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var drift = DriftCheck.Run(place.Request(platform), cancellationToken);
        DriftText.Render(drift, place.Output);
        return drift.Drifted ? ExitCode.Findings : ExitCode.Fine;
    }
}
