namespace PlatformGitOps.Generator.Findings;

/// <summary>Writes findings to a terminal.</summary>
public static class FindingText
{
    /// <summary>The limit of printed findings: one mistake in a large file can have one for each of its lines.</summary>
    private const int Most = 100;

    /// <summary>
    /// Writes one line for each finding. Above the limit it writes the most severe ones, in their order, and the number of the others,
    /// unless <paramref name="all"/> is true.
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

    /// <summary>Errors first, so that many warnings cannot hide the reason of a failure.</summary>
    private static IEnumerable<Finding> Gravest(IEnumerable<Finding> findings) => findings.Index()
        .OrderBy(pair => pair.Item.Severity).Take(Most).OrderBy(pair => pair.Index).Select(pair => pair.Item);
}

/// <summary>Colours a text for a terminal; the default does not.</summary>
/// <param name="IsOn">False in a pipe, a file, a terminal without colours, and where NO_COLOR is set (no-color.org).</param>
public readonly record struct Ink(bool IsOn)
{
    public string Bold(string text) => Paint("1", text);

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    /// <summary>Colours the removed and added lines of a unified diff.</summary>
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
