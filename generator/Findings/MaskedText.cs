using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// The credentials in a text that is a file, a command or a list of settings: YAML, JSON, <c>KEY=value</c>, connection strings, flags and
/// headers. The rest of the text stays as it is.
/// </summary>
/// <param name="mark">What replaces the value of a key.</param>
internal sealed partial class MaskedText(Func<string, string, string> mark)
{
    public string Of(string text)
    {
        if (!SecretKeys.MayName(text))
        {
            return text;
        }

        var masked = Nested(NameAndValue(), Lines(text.Split('\n')));
        foreach (var form in (Regex[])[Pair(), QuotedHeader(), Assignment(), Flag(), ListedFlag(), QuotedFlag()])
        {
            masked = Nested(form, masked);
        }

        return Scheme().Replace(masked, match => match.Groups["lead"].Value + mark("bearer", match.Groups["value"].Value));
    }

    /// <summary>True for a reference to a variable, such as <c>$(TOKEN)</c> in an argument.</summary>
    public static bool IsVariable(string text) => Variable().IsMatch(text);

    /// <summary>True for the name of a flag alone, whose value is the next argument.</summary>
    public static bool IsFlag(string text) => FlagAlone().Match(text) is { Success: true } match
        && SecretKeys.IsSecret(match.Groups["key"].Value);

    /// <summary>A value that is not a credential may have one inside.</summary>
    private string Nested(Regex form, string text) => form.Replace(text, match =>
    {
        var (lead, key, value) = (match.Groups["lead"].Value, match.Groups["key"].Value, match.Groups["value"].Value);
        return lead + (SecretKeys.IsSecret(key) && IsValue(value) ? mark(key, value) : value.Length > 2 ? Nested(form, value) : value);
    });

    /// <summary>Keys at the beginning of a line, with what lies below them.</summary>
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
                ? [] : lines[(index + 1)..].TakeWhile(next => string.IsNullOrWhiteSpace(next) || Indent(next) > column).ToArray();
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

    /// <summary>A line below a key that asks for a credential.</summary>
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

    /// <summary>Not a switch, a variable, a comment, or what is hidden already.</summary>
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

    // What is below follows, in a mapping, a list or a plain text.
    [GeneratedRegex("""^(?:[&!]\S+)?[ \t]*[{\[]?[ \t]*(?:\#.*)?\r?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    [GeneratedRegex("""^(?:[&!]\S+[ \t]+)?[|>][-+0-9]*[ \t]*(?:\#.*)?\r?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex("""^\$(?:\w+|\{\w+\}|\([\w.]+\))$""", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex("""^(?:[\[\]{},\s]*|\#.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Punctuation();

    // In JSON and in braces; also where JSON is a text of JSON.
    [GeneratedRegex("""
        (?<lead>[{,]\s*\\*["']?(?<key>[A-Za-z_][\w./-]*)\\*["']?\s*:\s*)
        (?<value>\\+"(?:(?!\\+").)*\\+" | "(?:[^"\\]|\\.)*" | '[^']*' | \{(?>[^{}]+|(?<open>\{)|(?<-open>\}))*(?(open)(?!))\}
            | \[[^\]]*\] | [^,{}\[\]\r\n"'\\]+)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex("""
        (?<lead>\bname\\*["']?\s*:\s*\\*["']?(?<key>[A-Za-z_][\w.-]*)\\*["']?\s*,?\s*\\*["']?value\\*["']?[ \t]*:[ \t]*)
        (?<value>\\+"(?:(?!\\+").)*\\+" | "(?:[^"\\]|\\.)*" | '[^'\r\n]*' | [^,{}\r\n"'\\]+)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex NameAndValue();

    [GeneratedRegex("""(?<lead>["'](?<key>[A-Za-z][\w-]*):[ \t]*)(?<value>[^"'\r\n]+)(?=["'])""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedHeader();

    [GeneratedRegex("""
        (?<lead>(?<![\w.$])-{0,2}(?<key>[A-Za-z_][\w.-]*)[ \t]?=[ \t]?)
        (?<value>\\+"(?:(?!\\+").)*\\+" | "[^"\r\n]*" | '[^'\r\n]*' | (?:[^\s;"'`&]|&(?!\w+=))+)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("""
        (?<lead>(?<![\w-])--(?<key>[A-Za-z][\w-]*)[ \t]+)(?<value>"[^"\r\n]*" | '[^'\r\n]*' | [^\s"'|<>&;\\-][^\s"']*)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Flag();

    [GeneratedRegex("""
        (?<lead>^[ \t]*-[ ]+["']?--?(?<key>[A-Za-z][\w-]*)["']?[ \t]*\r?\n[ \t]*-[ ]+)(?<value>[^\s-][^\r\n]*)
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex ListedFlag();

    [GeneratedRegex("""(?<lead>["']--?(?<key>[A-Za-z][\w-]*)["']\s*,\s*)(?<value>"[^"\r\n]*"|'[^'\r\n]*')""",
        RegexOptions.CultureInvariant)]
    private static partial Regex QuotedFlag();

    [GeneratedRegex("^--?(?<key>[A-Za-z][\\w-]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex FlagAlone();

    [GeneratedRegex("""(?<lead>\b(?:[Bb]earer|[Bb]asic)[ \t]+)(?<value>(?=[^\s"']*[\d=])[\w.~+/=-]{6,})""", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
