namespace PlatformGitOps.Generator.Values;

/// <summary>One label of RFC 1123 as Kubernetes names it: 1 to 63 of a-z, 0-9 and '-', no '-' at either end.</summary>
public sealed record DnsLabel
{
    private const int MaximumLength = 63;

    private DnsLabel(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string text, out DnsLabel value, out string problem)
    {
        value = null!;
        problem = text switch
        {
            { Length: 0 } => "is empty",
            { Length: > MaximumLength } => $"has {text.Length} characters, {MaximumLength} are allowed (RFC 1123)",
            _ when text.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) =>
                "may hold a-z, 0-9 and '-' only (RFC 1123 label)",
            _ when text.StartsWith('-') || text.EndsWith('-') => "may not begin or end with '-' (RFC 1123 label)",
            _ => "",
        };
        if (problem.Length > 0)
        {
            return false;
        }

        value = new DnsLabel(text);
        return true;
    }

    public static DnsLabel Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    public override string ToString() => Text;
}
