namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Valid records of a master file (RFC 1035 section 5), in the generator's format of zones.</summary>
/// <param name="Text">One complete record on each line, without the definition's own records.</param>
/// <param name="Names">Their owners, absolute and without the trailing dot.</param>
/// <param name="Addresses">The addresses in reverse zones and their owners, in the order of the file.</param>
public sealed record MasterFile(
    ReadOnlyMemory<char> Text, IReadOnlyCollection<string> Names, ImmutableArray<(IPAddress Address, string Name)> Addresses)
{
    public static readonly MasterFile Empty = new(default, [], []);
}

/// <summary>The limits of a file of records. All names are absolute, without the trailing dot.</summary>
/// <param name="Zone">The zone that must contain every record.</param>
/// <param name="Children">Its child zones, whose records programs write.</param>
/// <param name="Taken">Names that the definition already has.</param>
/// <param name="Aliases">The aliases among them, and their targets.</param>
/// <param name="Reverse">The ranges with reverse zones.</param>
internal sealed record MasterFileBounds(
    string Zone, IReadOnlyList<string> Children, IReadOnlySet<string> Taken,
    IReadOnlyDictionary<string, string> Aliases, IReadOnlyList<Cidr> Reverse);

/// <summary>Something that is wrong with a file of records.</summary>
internal sealed record MasterFileProblem(string Rule, Position Position, string Message, string Fix);

/// <summary>A growing text with comparisons of its parts; StringBuilder has no span over its whole text.</summary>
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

    /// <summary>True if the text from <paramref name="start"/> to the end equals another part of it.</summary>
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
