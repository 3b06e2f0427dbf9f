namespace PlatformGitOps.Generator.Yaml;

/// <summary>Decodes bytes, and finds characters that readers of the file cannot see.</summary>
internal static class YamlCharacters
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text without its byte order mark, or a finding at the first byte that is not UTF-8.</summary>
    public static (string Text, Finding? Problem) Decode(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            bytes = bytes[3..];
        }

        return System.Text.Unicode.Utf8.IsValid(bytes) ? (Strict.GetString(bytes), null) : ("", NotUtf8(file, bytes));
    }

    /// <summary>The tabs before a line's first word; editors show them as any number of spaces, YAML forbids them as indentation.</summary>
    public static IEnumerable<Position> TabIndentations(string text)
    {
        var (line, lineStart, blank) = (1, 0, true);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    (line, lineStart, blank) = (line + 1, i + 1, true);
                    break;
                case '\t' when blank:
                    blank = false;
                    yield return new Position(line, i - lineStart + 1);
                    break;
                case not ' ':
                    blank = false;
                    break;
            }
        }
    }

    /// <summary>
    /// Control characters, and those that change the direction of text: the file would look different from what is parsed (CVE-2021-42574).
    /// </summary>
    public static IEnumerable<(Position Position, char Character)> Hidden(string text)
    {
        var (line, lineStart) = (1, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n')
            {
                (line, lineStart) = (line + 1, i + 1);
            }
            else if (IsHidden(c))
            {
                yield return (new Position(line, i - lineStart + 1), c);
            }
        }
    }

    internal static bool IsHidden(char c) => c is (< ' ' and not ('\t' or '\r')) or (>= '\u007F' and <= '\u009F')
        or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\u2028' or '\u2029';

    private static Finding NotUtf8(string file, ReadOnlySpan<byte> bytes)
    {
        var (line, column) = (1, 1);
        var rest = bytes;
        while (Rune.DecodeFromUtf8(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done)
        {
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
            rest = rest[used..];
        }

        var utf16 = bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        return new Finding
        {
            Rule = YamlRules.NotUtf8,
            File = file,
            Position = new Position(line, column),
            Message = utf16 ? "The file is UTF-16." : $"The byte 0x{rest[0]:X2} is not UTF-8.",
            Fix = "Save the file as UTF-8.",
        };
    }
}
