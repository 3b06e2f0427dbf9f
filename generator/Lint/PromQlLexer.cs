namespace PlatformGitOps.Generator.Lint;

internal enum PromQlKind
{
    End,
    Name,
    Number,
    Duration,
    Text,
    Sign,
}

/// <summary>A token of an expression.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">The text as written; for a quoted text, its value.</param>
/// <param name="Offset">Its index, in characters.</param>
internal readonly record struct PromQlToken(PromQlKind Kind, string Text, int Offset)
{
    public bool Is(string sign) => Kind == PromQlKind.Sign && Text == sign;

    /// <summary>Keywords are case-insensitive.</summary>
    public bool IsWord(string word) => Kind == PromQlKind.Name && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>An expression that Prometheus refuses; the message is a clause with the reason.</summary>
internal sealed class PromQlException(string message) : Exception(message);

/// <summary>The tokens of PromQL (prometheus/promql/parser, lex.go, of 2.42 and 3.5, whichever accepts more).</summary>
internal static class PromQlLexer
{
    private const string Units = "y w d h m s ms";

    private static readonly string[] Signs = ["=~", "!~", "!=", ">=", "<=", "=="];

    public static List<PromQlToken> Read(string text)
    {
        var (tokens, inRange) = (new List<PromQlToken>(), false);
        for (var at = 0; at < text.Length;)
        {
            var first = text[at];
            if (char.IsWhiteSpace(first))
            {
                at++;
            }
            else if (first == '#')
            {
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            }
            else
            {
                // The colon of a subquery, [1h:5m], not one in a name.
                var (token, length) = inRange && first == ':' ? (new PromQlToken(PromQlKind.Sign, ":", at), 1) : Next(text, at);
                tokens.Add(token);
                inRange = token.Is("[") || (inRange && !token.Is("]"));
                at += length;
            }
        }

        tokens.Add(new PromQlToken(PromQlKind.End, "", text.Length));
        return tokens;
    }

    private static (PromQlToken Token, int Length) Next(string text, int at)
    {
        var first = text[at];
        if (char.IsAsciiLetter(first) || first is '_' or ':')
        {
            var length = Count(text, at, letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':');
            return (new(PromQlKind.Name, text.Substring(at, length), at), length);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return Number(text, at);
        }

        if (first is '"' or '\'' or '`')
        {
            var (value, length) = Quoted(text, at);
            return (new(PromQlKind.Text, value, at), length);
        }

        var sign = Signs.FirstOrDefault(sign => string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            ?? ("+-*/%^<>=(){}[],:@".Contains(first) ? first.ToString()
                : throw new PromQlException($"'{first}' does not belong there"));
        return (new(PromQlKind.Sign, sign, at), sign.Length);
    }

    private static int Count(string text, int at, Func<char, bool> belongs)
    {
        var end = at;
        while (end < text.Length && belongs(text[end]))
        {
            end++;
        }

        return end - at;
    }

    private static (PromQlToken Token, int Length) Number(string text, int at)
    {
        var length = Count(text, at, letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_');
        var isHex = text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);

        // The sign of an exponent.
        if (!isHex && text[at + length - 1] is 'e' or 'E' && at + length < text.Length && text[at + length] is '+' or '-')
        {
            length += 1 + Count(text, at + length + 1, char.IsAsciiDigit);
        }

        var word = text.Substring(at, length);
        return Value(word) is not null ? (new(PromQlKind.Number, word, at), length)
            : Seconds(word) is not null ? (new(PromQlKind.Duration, word, at), length)
            : throw new PromQlException($"'{word}' is neither a number nor a duration");
    }

    /// <summary>A number; null if the text is not one.</summary>
    public static double? Value(string word)
    {
        var digits = word.Replace("_", "");
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
                out var number) ? number : null;
    }

    /// <summary>A duration such as 1h30m, from larger to smaller units; null if the text is not one.</summary>
    public static double? Seconds(string word)
    {
        var (units, last, sum) = (Units.Split(' '), -1, 0.0);
        double[] seconds = [31_536_000, 604_800, 86_400, 3600, 60, 1, 0.001];
        for (var at = 0; at < word.Length;)
        {
            var digits = Count(word, at, char.IsAsciiDigit);
            var letters = Count(word, at + digits, char.IsAsciiLetter);
            var unit = Array.IndexOf(units, word.Substring(at + digits, letters));
            if (digits == 0 || unit <= last)
            {
                return null;
            }

            sum += double.Parse(word.AsSpan(at, digits), CultureInfo.InvariantCulture) * seconds[unit];
            (last, at) = (unit, at + digits + letters);
        }

        return word.Length == 0 ? null : sum;
    }

    /// <summary>A quoted text, with Go's escapes.</summary>
    private static (string Value, int Length) Quoted(string text, int at)
    {
        var quote = text[at];
        var value = new StringBuilder();
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                return (value.ToString(), i + 1 - at);
            }
            else if (quote == '`' || text[i] is not ('\\' or '\n'))
            {
                value.Append(text[i]);
            }
            else
            {
                i += Escape(text, i, quote, value);
            }
        }

        throw new PromQlException($"a {quote} has no counterpart");
    }

    /// <summary>Adds the value of an escape; returns the number of characters after its first one.</summary>
    private static int Escape(string text, int at, char quote, StringBuilder value)
    {
        var letter = text[at] == '\n' || at + 1 == text.Length ? '\n' : text[at + 1];
        var plain = letter == quote ? quote : letter switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' => '\\',
            _ => '\0',
        };
        if (plain != '\0')
        {
            value.Append(plain);
            return 1;
        }

        var digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, >= '0' and <= '7' => 3, _ => 0 };
        var start = at + (char.IsAsciiDigit(letter) ? 1 : 2);
        if (letter == '\n')
        {
            throw new PromQlException($"a {quote} has no counterpart in its line");
        }

        if (digits == 0 || start + digits > text.Length || !text.AsSpan(start, digits).ContainsOnlyHex())
        {
            throw new PromQlException($"the escape \\{letter} does not exist; a backslash of a regular expression is written \\\\");
        }

        value.Append(digits == 3 ? "?" : char.ConvertFromUtf32((int)Math.Min(0x10FFFF,
            uint.Parse(text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var rune
                and (< 0xD800 or > 0xDFFF) ? rune : 0xFFFD)));
        return start + digits - 1 - at;
    }

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiHexDigit(letter))
            {
                return false;
            }
        }

        return true;
    }
}
