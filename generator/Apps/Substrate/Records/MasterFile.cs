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
