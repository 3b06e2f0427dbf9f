using System.Globalization;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

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
