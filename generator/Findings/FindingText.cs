namespace PlatformGitOps.Generator.Findings;

/// <summary>Findings as the terminal shows them.</summary>
public static class FindingText
{
    /// <summary>One mistake in a large file can have a finding for each of its lines.</summary>
    private const int Most = 100;

    /// <summary>
    /// One line for each finding; of more than a hundred the gravest, in their order, and the number of the others, unless all are wanted.
    /// </summary>
    public static void Write(IReadOnlyCollection<Finding> findings, bool all, TextWriter output, Ink ink = default)
    {
        foreach (var finding in all || findings.Count <= Most ? findings : Gravest(findings))
        {
            output.WriteLine(finding.Painted(ink));
        }

        if (!all && findings.Count > Most)
        {
            output.WriteLine($"... and {findings.Count - Most} more; --verbose prints all.");
        }
    }

    /// <summary>What a command fails of is among them, however many warnings come before it.</summary>
    private static IEnumerable<Finding> Gravest(IEnumerable<Finding> findings) => findings.Index()
        .OrderBy(pair => pair.Item.Severity).Take(Most).OrderBy(pair => pair.Index).Select(pair => pair.Item);
}

/// <summary>Colours of a terminal. The default writes none.</summary>
/// <param name="IsOn">False in a pipe, a file, a terminal without colours, and where NO_COLOR is set (no-color.org).</param>
public readonly record struct Ink(bool IsOn)
{
    public string Bold(string text) => Paint("1", text);

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    /// <summary>A unified diff, its removed and added lines coloured.</summary>
    public string Diff(string text)
    {
        var ink = this;
        return !IsOn ? text : string.Join('\n', text.Split('\n').Select(line => line switch
        {
            ['-', ..] => ink.Red(line),
            ['+', ..] => ink.Green(line),
            ['@', ..] => ink.Bold(line),
            _ => line,
        }));
    }

    private string Paint(string code, string text) => IsOn ? $"\e[{code}m{text}\e[0m" : text;
}
