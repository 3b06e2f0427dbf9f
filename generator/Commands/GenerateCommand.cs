using System.CommandLine;
using PlatformGitOps.Generator.Disk;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>generate</c>, and what runs without a verb.</summary>
internal static class GenerateCommand
{
    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Overwrite files that were edited by hand and remove foreign ones that are in the way.",
    };

    public static Command Create(CommonOptions common)
    {
        var command = new Command("generate", "Writes the tree; a second run writes nothing.") { Force };
        command.SetAction((result, cancellationToken) => RunAsync(common.Workplace(result), result.GetValue(Force), cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(Workplace place, bool force, CancellationToken cancellationToken)
    {
        if (place.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var result = await TreeWriter.WriteAsync(place.Request(platform) with { Force = force }, place.Time, cancellationToken).ConfigureAwait(false);
        WriteText.Render(result, result.Complete ? place.Output : place.Error);
        return result switch
        {
            { Complete: true } => ExitCode.Fine,
            { Refused: true } => ExitCode.Refused,
            _ => ExitCode.Unusable,
        };
    }
}
