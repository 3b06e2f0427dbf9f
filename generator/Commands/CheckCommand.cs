using System.CommandLine;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Output;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>check</c>: what generate would change, and why.</summary>
internal static class CheckCommand
{
    private const int MostFiles = 100;

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
        Write(drift, context.Verbose, context.Output);
        return drift.Drifted ? ExitCode.Findings : ExitCode.Fine;
    }

    /// <summary>For each file who changed it, the diff and what to do; then the counts.</summary>
    internal static void Write(DriftResult result, bool verbose, TextWriter output)
    {
        FindingText.Write(result.Obstacles, verbose, output);
        foreach (var file in verbose ? result.Files : result.Files.Take(MostFiles))
        {
            output.WriteLine($"{file.Path}: {Sentence(file)}");
            if (file.Finding is { } finding && file.Cause == DriftCause.InTheWay)
            {
                output.WriteLine($"  {finding.Rule}: {finding.Message} {finding.Mend}");
            }

            output.Write(file.Diff);
        }

        if (!verbose && result.Files.Length > MostFiles)
        {
            output.WriteLine($"... and {result.Files.Length - MostFiles} more files; --verbose prints all.");
        }

        if (result.LockIsStale)
        {
            output.WriteLine($"{LockFile.Name}: was written from another definition, which gives the same files. Run generate.");
        }

        var foreign = result.Files.Count(file => file.Cause == DriftCause.Foreign);
        output.WriteLine($"{result.Same} as generated, {result.Files.Length - foreign} not, {foreign} foreign.");
    }

    private static string Sentence(DriftedFile file) => file switch
    {
        { Cause: DriftCause.Definition or DriftCause.Generator, Missing: true } => $"is new: {Changed(file.Cause)}. Run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator, Obsolete: true } =>
            $"is not generated anymore: {Changed(file.Cause)}. Run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator } => $"{Changed(file.Cause)}. Run generate.",
        { Cause: DriftCause.Hand, Missing: true } => "was removed by hand. Run generate to restore it.",
        { Cause: DriftCause.Hand } => "was edited by hand. Put the change into the definition, or undo it (generate --force).",
        { Cause: DriftCause.Both, Missing: true } => "was removed by hand, and the generated text changed. Run generate.",
        { Cause: DriftCause.Both, Obsolete: true } =>
            "was edited by hand, and is not generated anymore. Remove it, or run generate --force.",
        { Cause: DriftCause.Both } =>
            "was edited by hand, and the generated text changed. Put the edit into the definition, then run generate --force.",
        { Cause: DriftCause.Interrupted } => "was not written: a run was interrupted. Run generate.",
        { Cause: DriftCause.Lock, Obsolete: true } => "does not exist, but the lock file names it. Run generate.",
        { Cause: DriftCause.Lock } => "is as generated, but the lock file does not have its hash. Run generate.",
        { Cause: DriftCause.InTheWay } => "cannot be written.",
        { Cause: DriftCause.Foreign } => "was not generated. It is left alone.",
        _ => throw new ArgumentOutOfRangeException(nameof(file)),
    };

    private static string Changed(DriftCause cause) => cause == DriftCause.Definition ? "the definition changed" : "the generator changed";
}
