using System.CommandLine;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>check</c>: shows what generate would change, and why.</summary>
internal static class CheckCommand
{
    private const int MostFiles = 100;

    public static Command Create(TreeOptions tree)
    {
        var command = new Command(
            "check", "Compares the tree with its definition and shows whether the definition or a manual edit changed each file.");
        command.Add(tree.Format);
        command.SetAction((result, cancellationToken) => Task.FromResult(Run(tree.Context(result), cancellationToken)));
        return command;
    }

    private static int Run(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.ReadConsistentDefinition() is not { } definition)
        {
            return ExitCode.Unusable;
        }

        var platform = definition.Platform;
        var request = context.Request(platform);
        context.BeginStep("comparing the files", platform);
        var drift = DriftCheck.Run(request, cancellationToken);
        var warnings = DefinitionWarnings.WithoutIgnored(platform, DefinitionWarnings.Of(context, definition));
        if (context.Format == OutputFormat.Text)
        {
            context.Write(warnings, context.Output);
            Write(drift, context.Verbose, context.Output, context.Ink, context.Quiet);
        }
        else
        {
            context.Report([.. warnings, .. drift.Findings], json =>
            {
                json.WriteNumber("asGenerated", drift.Same);
                json.WriteBoolean("lockIsStale", drift.StaleLock is not null);
                json.WriteList("files", drift.Files, file =>
                {
                    json.WriteString("path", file.Path);
                    json.WriteString("cause", file.Name);
                    json.WriteBoolean("missing", file.Missing);
                    json.WriteBoolean("obsolete", file.Obsolete);
                    json.WriteString("diff", file.Diff);
                });
            });
        }

        return drift.Drifted ? ExitCode.Findings : ExitCode.Success;
    }

    /// <summary>Writes for each file who changed it, the diff and what to do; then the counts.</summary>
    internal static void Write(DriftResult result, bool verbose, TextWriter output, Ink ink = default, bool quiet = false)
    {
        FindingText.Write(result.Obstacles, verbose, output, ink);
        var files = result.Files.Where(file => !quiet || file.Cause != DriftCause.Foreign).ToArray();
        // Foreign files do not affect the exit code, so only they may be left out.
        foreach (var file in verbose || files.Length <= MostFiles ? files
            : files.OrderBy(file => file.Cause == DriftCause.Foreign).Take(MostFiles))
        {
            output.WriteLine($"{ink.Bold($"{file.Path}:")} {file.Sentence}");
            output.Write(quiet ? null : ink.Diff(file.Diff ?? ""));
        }

        if (!verbose && files.Length > MostFiles)
        {
            output.WriteLine($"... and {files.Length - MostFiles} more files; --verbose prints all.");
        }

        if (result.StaleLock is { } stale)
        {
            output.WriteLine($"{ink.Bold($"{stale.File}:")} {stale.Text}");
        }

        if (quiet)
        {
            return;
        }

        var foreign = result.Files.Count(file => file.Cause == DriftCause.Foreign);
        output.WriteLine($"{result.Same} as generated, {result.Files.Length - foreign} different, {foreign} foreign.");
    }
}
