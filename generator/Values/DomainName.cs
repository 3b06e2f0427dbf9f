namespace PlatformGitOps.Generator.Values;

/// <summary>A lower-case DNS name of RFC 1123 labels, without the trailing dot.</summary>
public sealed record DomainName
{
    private const int MaximumLength = 253;

    private DomainName(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string text, out DomainName value, out string problem)
    {
        value = null!;
        problem = "";
        if (text.Length is 0 or > MaximumLength)
        {
            problem = $"is not a DNS name: it has {text.Length} characters, 1 to {MaximumLength} are allowed";
            return false;
        }

        if (text.EndsWith('.') && TryParse(text[..^1], out var meant, out _))
        {
            problem = $"is not a DNS name here: '{meant}' is, without the dot at its end";
            return false;
        }

        foreach (var label in text.Split('.'))
        {
            if (!DnsLabel.TryParse(label, out _, out var fault))
            {
                problem = label == text ? fault : $"is not a DNS name: the label '{label}' {fault}";
                return false;
            }
        }

        value = new DomainName(text);
        return true;
    }

    public static DomainName Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    /// <summary>True for the zone itself and for every name below it.</summary>
    public bool IsIn(DomainName zone) => IsIn(Text, zone.Text);

    /// <summary>The same for texts in lower case without the trailing dot.</summary>
    public static bool IsIn(string name, string zone) => name == zone || name.EndsWith("." + zone, StringComparison.Ordinal);

    public override string ToString() => Text;
}

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
