using System.CommandLine;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>generate</c>, also the default without a command.</summary>
internal static class GenerateCommand
{
    private const int MostFiles = 20;

    public static Command Create(TreeOptions tree)
    {
        var force = new Option<bool>("--force")
        {
            Description = "Overwrite manually edited files and foreign files at generated paths, and take over the tree of another "
                + "definition.",
        };
        var command = new Command("generate", "Writes the tree. A second run writes nothing.") { force };
        command.SetAction((result, cancellationToken) => RunAsync(tree.Context(result), result.GetValue(force), cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandContext context, bool force, CancellationToken cancellationToken)
    {
        var seen = force ? null : UnchangedTree.ReadStatus(context.DefinitionPath, context.Root, context.Time);
        if (seen?.Recall() is { } run && !(context.Verbose && run.Warnings.Length > 0))
        {
            context.Output.Write(context.Quiet ? null : $"0 created, 0 changed, {run.Files} unchanged, 0 removed.{context.Output.NewLine}");
            context.Error.Write(run.Warnings);
            return ExitCode.Success;
        }

        if ((context with { WritesFiles = true }).ReadConsistentDefinition() is not { Platform: { } platform } definition)
        {
            return ExitCode.Unusable;
        }

        var request = context.Request(platform) with { Force = force };
        context.BeginStep("writing the files", platform);
        var result = await TreeWriter.WriteAsync(request, context.Time, cancellationToken);
        // Printed before the warnings, which may fail to compute.
        Write(result, context, result.Complete ? context.Output : context.Error);
        var warnings = DefinitionWarnings.OfGenerate(context, definition);
        context.Write(warnings, context.Error);
        if (result.NothingToWrite && warnings.All(warning => WarningRules.OfTheTree.Contains(warning.Rule)))
        {
            // The next run repeats these warnings without --verbose.
            using var plain = new StringWriter { NewLine = context.Error.NewLine };
            (context with { Verbose = false }).Write(warnings, plain);
            seen?.Remember(platform.ReferencedFiles, plain.ToString());
        }

        return result switch
        {
            { Complete: true } => ExitCode.Success,
            { Refused: true } => ExitCode.Refused,
            _ => ExitCode.Unusable,
        };
    }

    /// <summary>Writes one line for each file that changed, then the reasons, then the counts.</summary>
    private static void Write(WriteResult result, CommandContext context, TextWriter output)
    {
        if (context is { Quiet: true } && result.Complete)
        {
            context.Write([.. result.Obstacles], output);
            return;
        }

        var verbose = context.Verbose;
        var touched = result.Files
            .Where(file => file.Finding is null && file.Outcome is not (Outcome.Unchanged or Outcome.Forgotten))
            .ToArray();
        foreach (var file in verbose ? touched : touched.Take(MostFiles))
        {
            output.WriteLine($"{Painted(file.Outcome, context.Ink)} {file.Path}");
        }

        if (!verbose && touched.Length > MostFiles)
        {
            output.WriteLine($"... and {touched.Length - MostFiles} more files; --verbose prints all.");
        }

        context.Write([.. result.Obstacles, .. result.Files.Select(file => file.Finding).OfType<Finding>()], output);
        output.WriteLine(result.Obstacles.IsEmpty || !result.Files.IsEmpty ? Counts(result) : "Nothing was written.");
    }

    private static string Counts(WriteResult result)
    {
        Outcome[] always = [Outcome.Created, Outcome.Changed, Outcome.Unchanged, Outcome.Removed];
        Outcome[] sometimes = [Outcome.Adopted, Outcome.Refused, Outcome.Failed];
        var shown = always.Concat(sometimes.Where(outcome => result.Count(outcome) > 0));
        return string.Join(", ", shown.Select(outcome => $"{result.Count(outcome)} {Word(outcome)}")) + ".";
    }

    private static string Painted(Outcome outcome, Ink ink)
    {
        var word = $"{Word(outcome),-9}";
        return outcome switch
        {
            Outcome.Removed => ink.Red(word),
            Outcome.Created => ink.Green(word),
            _ => ink.Yellow(word),
        };
    }

    private static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();
}
