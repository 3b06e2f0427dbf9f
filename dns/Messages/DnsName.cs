using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace PlatformGitOps.Dns.Messages;

/// <summary>
/// An absolute domain name. Each character of a label is one octet on the wire (Latin-1).
/// Compared without regard to ASCII case (RFC 4343); the spelling it came in is kept.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    private const int LongestLabel = 63;
    private const int LongestName = 255;

    private readonly string key;

    public DnsName(ImmutableArray<string> labels)
    {
        var length = 1;
        foreach (var label in labels)
        {
            if (label.Length is 0 or > LongestLabel)
            {
                throw new FormatException($"A label has 1 to {LongestLabel} octets, not {label.Length} (RFC 1035 section 2.3.4).");
            }

            length += label.Length + 1;
        }

        if (length > LongestName)
        {
            throw new FormatException($"A name has at most {LongestName} octets, not {length} (RFC 1035 section 2.3.4).");
        }

        Labels = labels;
        key = Present(labels, lower: true);
    }

    public static DnsName Root { get; } = new([]);

    public ImmutableArray<string> Labels { get; }

    public bool IsRoot => Labels.IsEmpty;

    /// <summary>The name without its first label; the root's parent is the root.</summary>
    public DnsName Parent => IsRoot ? this : new DnsName(Labels[1..]);

    /// <summary>Reads the presentation form, with <c>\.</c> and <c>\DDD</c> escapes (RFC 1035 section 5.1). The final dot may be left out.</summary>
    public static DnsName Parse(string text)
    {
        if (text is "" or ".")
        {
            return Root;
        }

        var labels = ImmutableArray.CreateBuilder<string>();
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
                label.Append(text[i] == '\\' ? Unescape(text, ref i) : Octet(text[i]));
            }
        }

        // A name that ends in a dot has closed its last label already.
        if (label.Length > 0)
        {
            labels.Add(label.ToString());
        }

        return new DnsName(labels.ToImmutable());
    }

    public bool IsAtOrBelow(DnsName ancestor) =>
        Labels.Length >= ancestor.Labels.Length && new DnsName(Labels[^ancestor.Labels.Length..]).Equals(ancestor);

    public DnsName Prepend(string label) => new(Labels.Insert(0, label));

    public bool Equals(DnsName? other) => other is not null && string.Equals(key, other.key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode() => string.GetHashCode(key, StringComparison.Ordinal);

    /// <summary>The presentation form, always with the final dot.</summary>
    public override string ToString() => Present(Labels, lower: false);

    private static string Present(ImmutableArray<string> labels, bool lower)
    {
        if (labels.IsEmpty)
        {
            return ".";
        }

        var text = new StringBuilder();
        foreach (var octet in labels.SelectMany(label => label.Append('\0').Select((c, i) => (c, last: i == label.Length))))
        {
            _ = octet switch
            {
                { last: true } => text.Append('.'),
                { c: '.' or '\\' or '"' or ';' or '(' or ')' or '@' or '$' } => text.Append('\\').Append(octet.c),
                { c: <= ' ' or >= '\x7f' } => text.Append(CultureInfo.InvariantCulture, $"\\{(int)octet.c:D3}"),
                _ => text.Append(lower && char.IsAsciiLetterUpper(octet.c) ? (char)(octet.c | 0x20) : octet.c),
            };
        }

        return text.ToString();
    }

    private static char Octet(char c) =>
        c <= 0xff ? c : throw new FormatException($"'{c}' is not one octet; write an internationalised name in its xn-- form.");

    private static char Unescape(string text, ref int i)
    {
        if (i + 1 >= text.Length)
        {
            throw new FormatException($"'{text}' ends inside an escape.");
        }

        if (!char.IsAsciiDigit(text[i + 1]))
        {
            return Octet(text[++i]);
        }

        var digits = text.AsSpan(i + 1, Math.Min(3, text.Length - i - 1));
        i += digits.Length;
        return digits.Length == 3 && byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var octet)
            ? (char)octet
            : throw new FormatException($"'\\{digits}' is not three digits up to 255.");
    }
}
