using System.CommandLine;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Output;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>generate</c>, also without a command's name.</summary>
internal static class GenerateCommand
{
    private const int MostFiles = 20;

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
        Write(result, context.Verbose, result.Complete ? context.Output : context.Error);
        return result switch
        {
            { Complete: true } => ExitCode.Fine,
            { Refused: true } => ExitCode.Refused,
            _ => ExitCode.Unusable,
        };
    }

    /// <summary>One line for each file that is not as before, then the reasons, then the counts.</summary>
    private static void Write(WriteResult result, bool verbose, TextWriter output)
    {
        var touched = result.Files
            .Where(file => file.Finding is null && file.Outcome is not (Outcome.Unchanged or Outcome.Forgotten))
            .ToArray();
        foreach (var file in verbose ? touched : touched.Take(MostFiles))
        {
            output.WriteLine($"{Word(file.Outcome),-9} {file.Path}");
        }

        if (!verbose && touched.Length > MostFiles)
        {
            output.WriteLine($"... and {touched.Length - MostFiles} more files; --verbose prints all.");
        }

        FindingText.Write([.. result.Obstacles, .. result.Files.Select(file => file.Finding).OfType<Finding>()], verbose, output);
        output.WriteLine(result.Obstacles.IsEmpty || !result.Files.IsEmpty ? Counts(result) : "Nothing was written.");
    }

    private static string Counts(WriteResult result)
    {
        Outcome[] always = [Outcome.Created, Outcome.Changed, Outcome.Unchanged, Outcome.Removed];
        Outcome[] sometimes = [Outcome.Adopted, Outcome.Refused, Outcome.Failed];
        var shown = always.Concat(sometimes.Where(outcome => result.Count(outcome) > 0));
        return string.Join(", ", shown.Select(outcome => $"{result.Count(outcome)} {Word(outcome)}")) + ".";
    }

    private static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();
}
