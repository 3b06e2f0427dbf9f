namespace PlatformGitOps.Generator.Disk;

/// <summary>A result as the terminal shows it.</summary>
public static class WriteText
{
    /// <summary>One line for each file that is not as before, then the reasons, then a line of sums.</summary>
    public static void Render(WriteResult result, TextWriter output)
    {
        foreach (var file in result.Files.Where(file => file.Outcome is not (Outcome.Unchanged or Outcome.Forgotten) && file.Finding is null))
        {
            output.WriteLine($"{Word(file.Outcome),-9} {file.Path}");
        }

        foreach (var finding in result.Obstacles.Concat(result.Files.Select(file => file.Finding).OfType<Findings.Finding>()))
        {
            output.WriteLine(finding);
        }

        output.WriteLine(result.Obstacles.IsEmpty || !result.Files.IsEmpty ? Sums(result) : "Nothing was written.");
    }

    private static string Sums(WriteResult result)
    {
        Outcome[] always = [Outcome.Created, Outcome.Changed, Outcome.Unchanged, Outcome.Removed];
        Outcome[] sometimes = [Outcome.Adopted, Outcome.Refused, Outcome.Failed];
        return string.Join(", ", always.Concat(sometimes.Where(outcome => result.Count(outcome) > 0)).Select(outcome => $"{result.Count(outcome)} {Word(outcome)}")) + ".";
    }

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Created => "created",
        Outcome.Changed => "changed",
        Outcome.Unchanged => "unchanged",
        Outcome.Removed => "removed",
        Outcome.Adopted => "adopted",
        Outcome.Forgotten => "forgotten",
        Outcome.Refused => "refused",
        Outcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
