using System.Buffers;
using System.Net;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Records of a master file (RFC 1035 section 5), checked and in the form in which the generator writes zones.</summary>
/// <param name="Text">One whole record a line; none of the definition's own.</param>
/// <param name="Names">Their owners, absolute and without the closing dot.</param>
/// <param name="Addresses">Each address of a reverse zone with its owner, in the order of the file.</param>
public sealed record MasterFile(
    ReadOnlyMemory<char> Text, IReadOnlyCollection<string> Names, ImmutableArray<(IPAddress Address, string Name)> Addresses)
{
    public static readonly MasterFile Empty = new(default, [], []);
}

/// <summary>What a file of records must keep to. All names are absolute and without the closing dot.</summary>
/// <param name="Zone">Every record is in it.</param>
/// <param name="Children">Zones below it, whose records programs write.</param>
/// <param name="Taken">Names that the definition has already.</param>
/// <param name="Aliases">Those of them that are aliases, and what each is an alias of.</param>
/// <param name="Reverse">The ranges whose reverse zones are served.</param>
internal sealed record MasterFileBounds(
    string Zone, IReadOnlyList<string> Children, IReadOnlySet<string> Taken,
    IReadOnlyDictionary<string, string> Aliases, IReadOnlyList<Cidr> Reverse);

/// <summary>Something that is wrong with a file of records.</summary>
internal sealed record MasterFileProblem(string Rule, Position Position, string Message, string Fix);

/// <summary>Names of a master file.</summary>
internal static class MasterFileName
{
    public const int Longest = 253;

    /// <summary>Makes a name absolute, in lower case and without the closing dot; returns its length, 0 where it is not one.</summary>
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

    /// <summary>The same with closing dots, of the origin too, and with the letters as they are.</summary>
    public static string Absolute(string name, string origin) =>
        name == "@" ? origin : name.EndsWith('.') ? name : origin == "." ? $"{name}." : $"{name}.{origin}";

    /// <summary>True for the zone itself and for every name below it.</summary>
    public static bool IsBelow(ReadOnlySpan<char> name, string zone) =>
        name.EndsWith(zone) && (name.Length == zone.Length || name[name.Length - zone.Length - 1] == '.');
}

/// <summary>A text that grows, and of which parts are compared; StringBuilder has no span over all of it.</summary>
internal sealed class MasterFileText(int expected)
{
    private char[] text = GC.AllocateUninitializedArray<char>(Math.Max(expected, 256));

    public int Length { get; set; }

    public MasterFileText Append(ReadOnlySpan<char> more)
    {
        more.CopyTo(Room(more.Length));
        Length += more.Length;
        return this;
    }

    public MasterFileText Append(char c)
    {
        Room(1)[0] = c;
        Length++;
        return this;
    }

    public MasterFileText Append(int number)
    {
        number.TryFormat(Room(11), out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
        return this;
    }

    public bool EndsWith(char c) => Length > 0 && text[Length - 1] == c;

    /// <summary>Whether the text from <paramref name="start"/> to its end is the same as another part of it.</summary>
    public bool Equal(int start, int other, int length) =>
        Length - start == length && text.AsSpan(start, length).SequenceEqual(text.AsSpan(other, length));

    public ReadOnlyMemory<char> Text => text.AsMemory(0, Length);

    private Span<char> Room(int length)
    {
        if (Length + length > text.Length)
        {
            Array.Resize(ref text, Math.Max(text.Length * 2, Length + length));
        }

        return text.AsSpan(Length);
    }
}

/// <summary>A word of a master file, without its quotes.</summary>
internal readonly record struct MasterFileToken(int Start, int Length, bool IsQuoted);

/// <summary>
/// The words of a master file, entry by entry: comments are left out, parentheses join lines. The text is as large as a zone, so that
/// nothing here makes an object for each word.
/// </summary>
internal sealed class MasterFileTokens(string text)
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n;()\"");

    private int at;

    /// <summary>Of the entry that was read last.</summary>
    public List<MasterFileToken> Words { get; } = new(16);

    /// <summary>Whether it began with a blank: it has the owner of the entry before it.</summary>
    public bool HasNoOwner { get; private set; }

    /// <summary>Where a quote or a parenthesis of it was opened and not closed; null where each was closed.</summary>
    public int? Unclosed { get; private set; }

    public ReadOnlySpan<char> this[MasterFileToken word] => text.AsSpan(word.Start, word.Length);

    public Position PositionOf(int index)
    {
        var before = text.AsSpan(0, index);
        return new Position(before.Count('\n') + 1, index - before.LastIndexOf('\n'));
    }

    /// <summary>Reads the next entry that has a word; false at the end of the file.</summary>
    public bool Read()
    {
        Words.Clear();
        while (at < text.Length && Words.Count == 0 && Unclosed is null)
        {
            HasNoOwner = text[at] is ' ' or '\t';
            ReadEntry();
        }

        return Words.Count > 0 || Unclosed is not null;
    }

    private void ReadEntry()
    {
        var (opened, depth) = (0, 0);
        for (; at < text.Length && Unclosed is null; at++)
        {
            switch (text[at])
            {
                case '\n' when depth == 0:
                    at++;
                    return;
                case ' ' or '\t' or '\r' or '\n':
                    break;
                case ';':
                    var end = text.AsSpan(at).IndexOf('\n');
                    at = (end < 0 ? text.Length : at + end) - 1;
                    break;
                case '(':
                    opened = depth++ == 0 ? at : opened;
                    break;
                case ')' when depth > 0:
                    depth--;
                    break;
                case '"':
                    Quoted();
                    break;
                default:
                    var length = text.AsSpan(at).IndexOfAny(Ends);
                    length = length < 0 ? text.Length - at : Math.Max(length, 1);
                    Words.Add(new MasterFileToken(at, length, IsQuoted: false));
                    at += length - 1;
                    break;
            }
        }

        Unclosed ??= depth > 0 ? opened : (int?)null;
    }

    private void Quoted()
    {
        var start = at + 1;
        for (at = start; at < text.Length && text[at] is not '\n'; at++)
        {
            if (text[at] == '"')
            {
                Words.Add(new MasterFileToken(start, at - start, IsQuoted: true));
                return;
            }

            at += text[at] == '\\' ? 1 : 0;
        }

        Unclosed = start - 1;
    }
}
