using System.CommandLine;
using PlatformGitOps.Generator.Disk;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>generate</c>, also without a command's name.</summary>
internal static class GenerateCommand
{
    public static Command Create(TreeOptions tree)
    {
        var force = new Option<bool>("--force")
        {
            Description = "Overwrite manually edited files and remove foreign files at generated paths.",
        };
        var command = new Command("generate", "Writes the tree. A second run writes nothing.") { force };
        command.SetAction((result, cancellationToken) => RunAsync(tree.Context(result), result.GetValue(force), cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandContext context, bool force, CancellationToken cancellationToken)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var request = context.Request(platform) with { Force = force };
        var result = await TreeWriter.WriteAsync(request, context.Time, cancellationToken).ConfigureAwait(false);
        WriteText.Render(result, result.Complete ? context.Output : context.Error);
        return result switch
        {
            { Complete: true } => ExitCode.Fine,
            { Refused: true } => ExitCode.Refused,
            _ => ExitCode.Unusable,
        };
    }
}
