using System.Buffers.Binary;
using System.Text;

namespace PlatformGitOps.Dns.Wire;

/// <summary>Reads integers, octets and names in network order; a read past the end throws a <see cref="MessageFormatException"/>.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int PointerMark = 0xc0;

    private readonly ReadOnlySpan<byte> message = message;

    public int Offset { get; private set; }

    public byte Byte() => Octets(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Octets(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Octets(4));

    public ReadOnlySpan<byte> Octets(int count)
    {
        if (count > message.Length - Offset)
        {
            throw new MessageFormatException(Offset, $"{count} octets wanted, {message.Length - Offset} left.");
        }

        var octets = message.Slice(Offset, count);
        Offset += count;
        return octets;
    }

    /// <summary>A character string: a length octet, then that many octets (RFC 1035 section 3.3).</summary>
    public string CharacterString() => Encoding.Latin1.GetString(Octets(Byte()));

    /// <summary>
    /// A name, following compression pointers (RFC 1035 section 4.1.4). Each pointer must lead to an earlier offset, as RFC 1035 requires
    /// ("a prior occurrence"), which makes loops impossible.
    /// </summary>
    public DnsName Name()
    {
        Span<byte> wire = stackalloc byte[DnsName.LongestName];
        var (start, position, after, length) = (Offset, Offset, -1, 0);
        while (true)
        {
            var mark = At(position);
            if (mark == 0)
            {
                wire[length] = 0;
                Offset = after < 0 ? position + 1 : after;
                return DnsName.OfWire(wire[..(length + 1)]);
            }

            if ((mark & PointerMark) == PointerMark)
            {
                var target = ((mark & ~PointerMark) << 8) | At(position + 1);
                if (target >= start)
                {
                    throw new MessageFormatException(position, $"a compression pointer leads to {target}, which is not before {start}.");
                }

                after = after < 0 ? position + 2 : after;
                (start, position) = (target, target);
                continue;
            }

            if ((mark & PointerMark) != 0)
            {
                throw new MessageFormatException(position, "a label type other than 00 and 11 (RFC 6891 section 5 withdrew the others).");
            }

            if (length + mark + 2 > DnsName.LongestName || position + 1 + mark > message.Length)
            {
                throw new MessageFormatException(position, "a name longer than 255 octets, or cut off.");
            }

            message.Slice(position, mark + 1).CopyTo(wire[length..]);
            length += mark + 1;
            position += mark + 1;
        }
    }

    private readonly byte At(int position) =>
        position < message.Length ? message[position] : throw new MessageFormatException(position, "a name is cut off.");
}
