namespace PlatformGitOps.Generator.ZoneFiles;

/// <summary>Parses names of a master file (RFC 1035 section 5).</summary>
internal static class MasterFileName
{
    public const int Longest = 253;

    /// <summary>Makes a name absolute, in lower case and without the trailing dot; returns its length, or 0 if it is invalid.</summary>
    public static int Absolute(ReadOnlySpan<char> word, string origin, Span<char> buffer)
    {
        if (word is "@")
        {
            origin.CopyTo(buffer);
            return origin.Length;
        }

        var isAbsolute = word is [.., '.'];
        word = isAbsolute ? word[..^1] : word;
        var length = word.Length + (isAbsolute ? 0 : origin.Length + 1);
        if (word.IsEmpty || length > Longest)
        {
            return 0;
        }

        var label = 0;
        for (var index = 0; index < word.Length; index++)
        {
            var c = word[index];
            if (c == '.')
            {
                if (label == 0 || word[index - 1] == '-')
                {
                    return 0;
                }

                (label, buffer[index]) = (0, c);
                continue;
            }

            var isPlain = char.IsAsciiLetterOrDigit(c) || c == '_' || (c == '-' && label > 0)
                || (c == '*' && index == 0 && (word.Length == 1 || word[1] == '.'));
            if (!isPlain || ++label > 63)
            {
                return 0;
            }

            buffer[index] = char.ToLowerInvariant(c);
        }

        if (label == 0 || word[^1] == '-')
        {
            return 0;
        }

        if (!isAbsolute)
        {
            buffer[word.Length] = '.';
            origin.CopyTo(buffer[(word.Length + 1)..]);
        }

        return length;
    }

    /// <summary>Makes a name absolute; name and origin have trailing dots, and the case is kept.</summary>
    public static string Absolute(string name, string origin) =>
        name == "@" ? origin : name.EndsWith('.') ? name : origin == "." ? $"{name}." : $"{name}.{origin}";

    /// <summary>True for the zone itself and for every name below it.</summary>
    public static bool IsBelow(ReadOnlySpan<char> name, string zone) =>
        name.EndsWith(zone) && (name.Length == zone.Length || name[name.Length - zone.Length - 1] == '.');
}
