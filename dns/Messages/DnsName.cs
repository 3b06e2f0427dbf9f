using System.Globalization;
using System.Text;

namespace PlatformGitOps.Dns.Messages;

/// <summary>
/// An absolute domain name in uncompressed wire form. Each character of a label is one octet (Latin-1). Comparison ignores ASCII case (RFC
/// 4343); the original case is kept.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    internal const int LongestName = 255;
    private const int LongestLabel = 63;

    private readonly byte[] wire;

    private DnsName(ReadOnlySpan<byte> wire) => this.wire = wire.ToArray();

    /// <exception cref="FormatException">A label or the name is longer than RFC 1035 section 2.3.4 allows.</exception>
    public DnsName(IEnumerable<string> labels)
    {
        var octets = new List<byte>();
        foreach (var label in labels)
        {
            if (label.Length is 0 or > LongestLabel)
            {
                throw new FormatException($"A label has 1 to {LongestLabel} octets, not {label.Length} (RFC 1035 section 2.3.4).");
            }

            octets.Add((byte)label.Length);
            octets.AddRange(label.Select(Octet));
        }

        octets.Add(0);
        wire = octets.Count <= LongestName
            ? [.. octets]
            : throw new FormatException($"A name has at most {LongestName} octets, not {octets.Count} (RFC 1035 section 2.3.4).");
    }

    public static DnsName Root { get; } = OfWire([0]);

    public ImmutableArray<string> Labels
    {
        get
        {
            var labels = ImmutableArray.CreateBuilder<string>();
            for (var at = 0; wire[at] > 0; at += wire[at] + 1)
            {
                labels.Add(Encoding.Latin1.GetString(wire, at + 1, wire[at]));
            }

            return labels.ToImmutable();
        }
    }

    public bool IsRoot => wire.Length == 1;

    /// <summary>The name without its first label; the root's parent is the root.</summary>
    public DnsName Parent => IsRoot ? this : new DnsName(wire.AsSpan(wire[0] + 1));

    /// <summary>Labels with a length octet before each, then the zero octet of the root (RFC 1035 section 3.1).</summary>
    internal ReadOnlySpan<byte> Wire => wire;

    /// <summary>
    /// Parses the presentation form, with <c>\.</c> and <c>\DDD</c> escapes (RFC 1035 section 5.1); the final dot is optional.
    /// </summary>
    /// <exception cref="FormatException">The text is not a domain name.</exception>
    public static DnsName Parse(string text)
    {
        if (text is "" or ".")
        {
            return Root;
        }

        var labels = new List<string>();
        var label = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                labels.Add(label.ToString());
                label.Clear();
            }
            else
            {
                label.Append(text[i] == '\\' ? Unescape(text, ref i) : text[i]);
            }
        }

        // A trailing dot has already ended the last label.
        if (label.Length > 0)
        {
            labels.Add(label.ToString());
        }

        return new DnsName(labels);
    }

    public bool IsAtOrBelow(DnsName ancestor)
    {
        var at = 0;
        while (wire.Length - at > ancestor.wire.Length)
        {
            at += wire[at] + 1;
        }

        return EqualIgnoringCase(wire.AsSpan(at), ancestor.wire);
    }

    public DnsName Prepend(string label) => new([label, .. Labels]);

    public bool Equals(DnsName? other) => other is not null && EqualIgnoringCase(wire, other.wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var octet in wire)
        {
            hash.Add(Lower(octet));
        }

        return hash.ToHashCode();
    }

    /// <summary>The presentation form, always with the trailing dot.</summary>
    public override string ToString()
    {
        if (IsRoot)
        {
            return ".";
        }

        var text = new StringBuilder();
        foreach (var label in Labels)
        {
            foreach (var c in label)
            {
                _ = c switch
                {
                    '.' or '\\' or '"' or ';' or '(' or ')' or '@' or '$' => text.Append('\\').Append(c),
                    <= ' ' or >= '\x7f' => text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:D3}"),
                    _ => text.Append(c),
                };
            }

            text.Append('.');
        }

        return text.ToString();
    }

    /// <param name="wire">An uncompressed wire form that was already validated.</param>
    internal static DnsName OfWire(ReadOnlySpan<byte> wire) => new(wire);

    // Length octets are at most 63, less than any letter, so they can be compared like letters.
    private static bool EqualIgnoringCase(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] != other[i] && Lower(one[i]) != Lower(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte Lower(byte octet) => char.IsAsciiLetterUpper((char)octet) ? (byte)(octet | 0x20) : octet;

    private static byte Octet(char c) => c <= 0xff
        ? (byte)c
        : throw new FormatException($"'{c}' is not one octet; write an internationalised name in its xn-- form.");

    private static char Unescape(string text, ref int i)
    {
        if (i + 1 >= text.Length)
        {
            throw new FormatException($"'{text}' ends inside an escape.");
        }

        if (!char.IsAsciiDigit(text[i + 1]))
        {
            return text[++i];
        }

        var digits = text.AsSpan(i + 1, Math.Min(3, text.Length - i - 1));
        i += digits.Length;
        return digits.Length == 3 && byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var octet)
            ? (char)octet
            : throw new FormatException($"'\\{digits}' is not three digits up to 255.");
    }
}
