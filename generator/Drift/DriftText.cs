namespace PlatformGitOps.Generator.Drift;

/// <summary>A result as the terminal shows it.</summary>
public static class DriftText
{
    /// <summary>For each file who changed it, the diff, and what to do; then a line of sums.</summary>
    public static void Render(DriftResult result, TextWriter output)
    {
        foreach (var finding in result.Obstacles)
        {
            output.WriteLine(finding);
        }

        foreach (var file in result.Files)
        {
            output.WriteLine($"{file.Path}: {Sentence(file)}");
            if (file.Finding is { } finding && file.Cause == DriftCause.InTheWay)
            {
                output.WriteLine($"  {finding.Rule}: {finding.Message} {finding.Mend}");
            }

            if (file.Diff is { } diff)
            {
                output.Write(diff);
            }
        }

        if (result.LockIsStale)
        {
            output.WriteLine($"{Disk.OwnFiles.Lock}: was written from another definition, which gives the same files; run generate.");
        }

        var foreign = result.Files.Count(file => file.Cause == DriftCause.Foreign);
        output.WriteLine($"{result.Same} as generated, {result.Files.Length - foreign} not, {foreign} foreign.");
    }

    private static string Sentence(DriftedFile file) => file switch
    {
        { Cause: DriftCause.Definition or DriftCause.Generator, Missing: true } => $"is new: {Changed(file.Cause)}; run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator, Obsolete: true } => $"is generated no longer: {Changed(file.Cause)}; run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator } => $"{Changed(file.Cause)}; run generate.",
        { Cause: DriftCause.Hand, Missing: true } => "was removed by hand; generate writes it again.",
        { Cause: DriftCause.Hand } => "was changed by hand; say it in the definition, or undo it (generate --force).",
        { Cause: DriftCause.Both, Missing: true } => "was removed by hand, and would be generated with another text; generate writes it.",
        { Cause: DriftCause.Both, Obsolete: true } => "was changed by hand, and is generated no longer; remove it, or run generate --force.",
        { Cause: DriftCause.Both } => "was changed by hand, and would be generated with another text; say the change in the definition, then run generate --force.",
        { Cause: DriftCause.Interrupted } => "a run was interrupted before it came to this file; run generate.",
        { Cause: DriftCause.Lock, Obsolete: true } => "is gone, but the lock file still names it; run generate.",
        { Cause: DriftCause.Lock } => "is as generated, but the lock file does not say so; run generate.",
        { Cause: DriftCause.InTheWay } => "cannot be written.",
        { Cause: DriftCause.Foreign } => "is not the generator's; it is left alone.",
        _ => throw new ArgumentOutOfRangeException(nameof(file)),
    };

    private static string Changed(DriftCause cause) => cause == DriftCause.Definition ? "the definition changed" : "the generator changed";
}
