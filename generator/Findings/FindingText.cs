namespace PlatformGitOps.Generator.Findings;

/// <summary>Findings as the terminal shows them.</summary>
public static class FindingText
{
    /// <summary>One mistake in a large file can have a finding for each of its lines.</summary>
    private const int Most = 100;

    /// <summary>One line for each finding; after the first hundred only their number, unless all are asked for.</summary>
    public static void Write(IReadOnlyCollection<Finding> findings, bool all, TextWriter output, Ink ink = default)
    {
        foreach (var finding in all ? findings : findings.Take(Most))
        {
            output.WriteLine(finding.Painted(ink));
        }

        if (!all && findings.Count > Most)
        {
            output.WriteLine($"... and {findings.Count - Most} more; --verbose prints all.");
        }
    }
}
