namespace PlatformGitOps.Generator.Values;

/// <summary>A duration in Go's and Flux's format (<c>90s</c>, <c>1h30m</c>); keeps the original text.</summary>
public sealed partial record Duration
{
    private Duration(string text, TimeSpan span) => (Text, Span) = (text, span);

    public string Text { get; }

    public TimeSpan Span { get; }

    public static bool TryParse(string text, out Duration value, out string problem)
    {
        value = null!;
        problem = "is not a duration such as 90s, 10m or 1h30m";
        var match = Form().Match(text);
        if (!match.Success || text.Length == 0)
        {
            return false;
        }

        problem = "";
        value = new Duration(text, new TimeSpan(0, Part(match, "h"), Part(match, "m"), Part(match, "s"), Part(match, "ms")));
        return true;
    }

    public static Duration Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    public override string ToString() => Text;

    private static int Part(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group ? int.Parse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^((?<h>[0-9]{1,6})h)?((?<m>[0-9]{1,6})m(?!s))?((?<s>[0-9]{1,6})s)?((?<ms>[0-9]{1,6})ms)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
