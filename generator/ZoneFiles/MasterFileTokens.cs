using System.Buffers;

namespace PlatformGitOps.Generator.ZoneFiles;

/// <summary>A word of a master file, without its quotes.</summary>
internal readonly record struct MasterFileToken(int Start, int Length, bool IsQuoted);

/// <summary>
/// Reads the words of a master file entry by entry, without comments; parentheses join lines. The text can be as large as a zone, so it
/// allocates no object for a word.
/// </summary>
internal sealed class MasterFileTokens(string text)
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n;()\"");

    private int at;

    /// <summary>The words of the last entry.</summary>
    public List<MasterFileToken> Words { get; } = new(16);

    /// <summary>True if the entry began with a blank, so that it has the owner of the previous entry.</summary>
    public bool HasNoOwner { get; private set; }

    /// <summary>The index of an unclosed quote or parenthesis in the entry; null if absent.</summary>
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
