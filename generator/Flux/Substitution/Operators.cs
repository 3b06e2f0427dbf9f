namespace PlatformGitOps.Generator.Flux.Substitution;

/// <summary>The operators of variable references; lengths and offsets are in UTF-8 bytes, as in Flux.</summary>
internal static class Operators
{
    /// <summary>The changed value, or null if Flux would fail.</summary>
    public static string? Apply(string name, string value, string[] arguments) => (name, arguments) switch
    {
        (",", _) => FirstAs(value, char.ToLowerInvariant),
        (",,", _) => value.ToLowerInvariant(),
        ("^", _) => FirstAs(value, char.ToUpperInvariant),
        ("^^", _) => value.ToUpperInvariant(),
        ("#", []) => Encoding.UTF8.GetByteCount(value).ToString(CultureInfo.InvariantCulture),
        ("#", [var pattern, ..]) => value[Glob.ShortestPrefix(pattern, value)..],
        ("##", [var pattern, ..]) => value[Glob.LongestPrefix(pattern, value)..],
        ("%", [var pattern, ..]) => Reversed(Apply("#", Reversed(value), [Reversed(pattern)])!),
        ("%%", [var pattern, ..]) => Reversed(Apply("##", Reversed(value), [Reversed(pattern)])!),
        (":", [var position, .. var rest]) => Substring(value, position, rest.Length > 0 ? rest[0] : null),
        ("/", [var pattern, .. var rest]) => ReplaceFirst(value, pattern, rest.Length > 0 ? rest[0] : ""),
        ("//", [var pattern, .. var rest]) => ReplaceAll(value, pattern, rest.Length > 0 ? rest[0] : ""),
        ("/#", [var prefix, var replacement]) when value.StartsWith(prefix, StringComparison.Ordinal) => replacement +
            value[prefix.Length..],
        ("/%", [var suffix, var replacement]) when value.EndsWith(suffix, StringComparison.Ordinal) => value[..^suffix.Length] +
            replacement,
        ("/#" or "/%", _) => value,

        // All other operators, also :? and :+, replace an empty value by the default.
        _ => value.Length == 0 ? string.Concat(arguments) : value,
    };

    private static string FirstAs(string value, Func<char, char> change) => value.Length == 0 ? value : change(value[0]) + value[1..];

    private static string ReplaceFirst(string value, string pattern, string replacement) =>
        value.IndexOf(pattern, StringComparison.Ordinal) is var found and >= 0
            ? value[..found] + replacement + value[(found + pattern.Length)..]
            : value;

    private static string ReplaceAll(string value, string pattern, string replacement) =>
        pattern.Length == 0 ? value : value.Replace(pattern, replacement);

    private static string? Substring(string value, string positionText, string? lengthText)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        if (!TryNumber(positionText, out var position))
        {
            return value;
        }

        position = position < 0 ? Math.Max(0, bytes.Length + position) : position;
        if (lengthText is not null && !TryNumber(lengthText, out _))
        {
            return value;
        }

        if (position >= bytes.Length)
        {
            return "";
        }

        var rest = bytes.Length - position;
        var length = lengthText is not null && TryNumber(lengthText, out var wanted) ? Math.Min(wanted, rest) : rest;
        return length < 0 ? null : Encoding.UTF8.GetString(bytes, position, length);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static string Reversed(string text) => string.Concat(text.EnumerateRunes().Reverse());
}

/// <summary>The glob patterns of the removing operators: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c> and backslash escapes.</summary>
internal static class Glob
{
    /// <summary>The length of the shortest prefix of a text that matches a pattern; 0 if none does.</summary>
    public static int ShortestPrefix(string pattern, string text) => Prefix(pattern, Enumerable.Range(1, text.Length), text);

    /// <summary>The length of the longest prefix of a text that matches a pattern; 0 if none does.</summary>
    public static int LongestPrefix(string pattern, string text) => Prefix(pattern, Enumerable.Range(1, text.Length).Reverse(), text);

    private static int Prefix(string pattern, IEnumerable<int> lengths, string text)
    {
        // Flux ignores an invalid pattern.
        var matcher = Whole(pattern);
        return matcher is null ? 0 : lengths.FirstOrDefault(length => matcher.IsMatch(text.AsSpan(0, length)));
    }

    /// <summary>A pattern for a whole text; null if it is invalid.</summary>
    public static Regex? Whole(string pattern) => ToExpression(pattern) is { } expression ? GoRegex.Whole(expression) : null;

    private static string? ToExpression(string pattern)
    {
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    expression.Append(".*");
                    break;
                case '?':
                    expression.Append('.');
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is var end and > 0:
                    var members = pattern[(i + 1)..end].Replace("[", @"\[");
                    expression.Append('[').Append(members).Append(']');
                    i = end;
                    break;
                case '\\' or '[':
                    return null;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return expression.ToString();
    }
}
