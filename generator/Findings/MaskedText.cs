namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// Replaces credentials in a text: YAML, JSON, <c>KEY=value</c>, connection strings, flags and headers. The rest stays as it is.
/// </summary>
/// <param name="mark">Returns the replacement for a key and its value.</param>
internal sealed partial class MaskedText(Func<string, string, string> mark)
{
    public string Of(string text)
    {
        if (!SecretKeys.MayContainName(text))
        {
            return text;
        }

        var masked = Lines(text.Split('\n'));
        foreach (var (lead, value) in ((Regex Lead, Regex Value)[])[(NameAndValue(), Value()), (Pair(), Value()),
            (QuotedHeader(), Quoted()), (Assignment(), Assigned()), (Flag(), Word()), (ListedFlag(), Listed()), (QuotedFlag(), Value())])
        {
            masked = Of(lead, value, masked);
        }

        return Scheme().Replace(masked, match => match.Groups["lead"].Value + mark("bearer", match.Groups["value"].Value));
    }

    /// <summary>True for a reference to a variable, such as <c>$(TOKEN)</c> in an argument.</summary>
    public static bool IsVariable(string text) => Variable().IsMatch(text);

    /// <summary>True for a flag for a credential without its value, which is the next argument.</summary>
    public static bool IsFlag(string text) => FlagAlone().Match(text) is { Success: true } match
        && SecretKeys.IsSecret(match.Groups["key"].Value);

    /// <summary>Replaces the values of one syntax; it continues inside a value that is not a credential.</summary>
    private string Of(Regex lead, Regex value, string text)
    {
        var (output, done) = (new StringBuilder(), 0);
        for (var match = lead.Match(text); match.Success; match = lead.Match(text, Math.Max(done, match.Index + match.Length)))
        {
            var (key, at) = (match.Groups["key"].Value, match.Index + match.Length);
            if (!SecretKeys.IsSecret(key))
            {
                continue;
            }

            var end = at < text.Length && text[at] is '{' or '[' ? Closing(text, at) : at + value.Match(text, at).Length;
            if (IsValue(text[at..end]))
            {
                output.Append(text, done, at - done).Append(mark(key, text[at..end]));
                done = end;
            }
        }

        return done == 0 ? text : output.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>The index after the closing bracket or brace; the end of the text if it is missing.</summary>
    private static int Closing(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            depth += text[at] switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return text.Length;
    }

    /// <summary>Replaces values of keys at the beginning of lines, and everything below such a key.</summary>
    private string Lines(string[] lines)
    {
        var output = new List<string>(lines.Length);
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index];
            if (Setting().Match(line) is not { Success: true } match || !SecretKeys.IsSecret(match.Groups["key"].Value))
            {
                output.Add(line);
                continue;
            }

            var (lead, key, value) = (match.Groups["lead"].Value, match.Groups["key"].Value, match.Groups["value"].Value);
            var column = match.Groups["indent"].Length;
            var below = match.Groups["sign"].Value == "="
                ? [] : lines.Skip(index + 1).TakeWhile(next => string.IsNullOrWhiteSpace(next) || Indent(next) > column).ToArray();
            below = below[..(Array.FindLastIndex(below, next => !string.IsNullOrWhiteSpace(next)) + 1)];
            if (Opening().IsMatch(value))
            {
                output.Add(line);
                output.AddRange(below.Select(next => Below(key, next)));
            }
            else if (Block().IsMatch(value))
            {
                output.Add(line);
                if (below.Length > 0)
                {
                    output.Add(new string(' ', Indent(below[0])) + mark(key, string.Join('\n', below)));
                }
            }
            else if (IsValue(value.TrimEnd(',', '\r')))
            {
                output.Add(lead + mark(key, string.Join('\n', [value, .. below])) + (value.TrimEnd().EndsWith("\",") ? "," : ""));
            }
            else
            {
                output.Add(line);
                continue;
            }

            index += below.Length;
        }

        return string.Join('\n', output);
    }

    /// <summary>Replaces the value in a line below a key for a credential.</summary>
    private string Below(string above, string line)
    {
        if (Setting().Match(line) is { Success: true } match)
        {
            var (key, value) = (match.Groups["key"].Value, match.Groups["value"].Value);
            return Masking.IsHarmless(key) || Opening().IsMatch(value) || Block().IsMatch(value) || !IsValue(value.TrimEnd(',', '\r'))
                ? line : match.Groups["lead"].Value + mark(key, value);
        }

        var item = Item().Match(line);
        return IsValue(item.Groups["value"].Value) ? item.Groups["lead"].Value + mark(above, item.Groups["value"].Value) : line;
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ', '\t').Length;

    /// <summary>False for a switch, a variable, a comment, or what is masked already.</summary>
    private static bool IsValue(string text)
    {
        var bare = text.Trim().Trim('"', '\'');
        return bare.Length > 0 && PlainScalars.Resolve(bare) is not (PlainType.Boolean or PlainType.Null)
            && !bare.StartsWith(Masking.Hidden[..^1], StringComparison.Ordinal) && !IsVariable(bare) && !Punctuation().IsMatch(bare);
    }

    [GeneratedRegex("""
        ^(?<lead>(?<indent>[ \t]*(?:-[ ]+)*)(?:--?|export[ ]+)?["']?(?<key>[A-Za-z_][\w./-]*)["']?[ \t]*(?<sign>[:=])[ \t]*)(?<value>.*)$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex("""^(?<lead>[ \t]*(?:-[ ]+)*)(?<value>.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    // A key whose value begins on the next line: a mapping, a list or a plain text.
    [GeneratedRegex("""^(?:[&!]\S+)?[ \t]*[{\[]?[ \t]*(?:\#.*)?\r?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    [GeneratedRegex("""^(?:[&!]\S+[ \t]+)?[|>][-+0-9]*[ \t]*(?:\#.*)?\r?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex("""^\$(?:\w+|\{\w+\}|\([\w.]+\))$""", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex("""^(?:[\[\]{},\s]*|\#.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Punctuation();

    // In JSON and in YAML braces, also inside a quoted JSON text.
    [GeneratedRegex("""[{,]\s*\\*["']?(?<key>[A-Za-z_][\w./-]*)\\*["']?\s*:\s*""", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex("""
        \bname\\*["']?\s*:\s*\\*["']?(?<key>[A-Za-z_][\w.-]*)\\*["']?\s*,?\s*\\*["']?value\\*["']?[ \t]*:[ \t]*
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex NameAndValue();

    [GeneratedRegex("""\G(?:\\+"(?:(?!\\+").)*\\+"|"(?:[^"\\]|\\.)*"|'[^']*'|[^,{}\[\]\r\n"'\\]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    [GeneratedRegex("""["'](?<key>[A-Za-z][\w-]*):[ \t]*(?=[^"'\r\n]+["'])""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedHeader();

    [GeneratedRegex("""\G[^"'\r\n]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex("""(?<![\w.$-])-{0,2}(?<key>[A-Za-z_][\w.-]*)[ \t]?=[ \t]?""", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("""\G(?:\\+"(?:(?!\\+").)*\\+"|"[^"\r\n]*"|'[^'\r\n]*'|(?:[^\s;"'`&]|&(?!\w+=))+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Assigned();

    [GeneratedRegex("""(?<![\w-])--(?<key>[A-Za-z][\w-]*)[ \t]+(?=[^\s|<>&;\\-])""", RegexOptions.CultureInvariant)]
    private static partial Regex Flag();

    [GeneratedRegex("""\G(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s"']+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex("""^[ \t]*-[ ]+["']?--?(?<key>[A-Za-z][\w-]*)["']?[ \t]*\r?\n[ \t]*-[ ]+(?=[^\s-])""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ListedFlag();

    [GeneratedRegex("""\G[^\r\n]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Listed();

    [GeneratedRegex("""["']--?(?<key>[A-Za-z][\w-]*)["']\s*,\s*(?=["'])""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedFlag();

    [GeneratedRegex("^--?(?<key>[A-Za-z][\\w-]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex FlagAlone();

    [GeneratedRegex("""(?<lead>\b(?:[Bb]earer|[Bb]asic)[ \t]+)(?<value>(?=[^\s"']*[\d=])[\w.~+/=-]{6,})""", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
