using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Wire;

/// <summary>Writes integers, octets and names in network order, compressing names where the caller allows it.</summary>
internal sealed class WireWriter
{
    /// <summary>A pointer has 14 bits (RFC 1035 section 4.1.4).</summary>
    private const int FurthestPointer = 0x3fff;

    private readonly List<byte> octets = [];

    /// <summary>Keyed by exact spelling, so that compression never changes the case a name was written in.</summary>
    private readonly Dictionary<string, int> suffixes = new(StringComparer.Ordinal);

    public void Byte(byte value) => octets.Add(value);

    public void UInt16(ushort value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, value);
        octets.AddRange(two);
    }

    public void UInt32(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, value);
        octets.AddRange(four);
    }

    public void Octets(ReadOnlySpan<byte> value) => octets.AddRange(value);

    public void CharacterString(string value)
    {
        Byte(checked((byte)value.Length));
        Octets(Encoding.Latin1.GetBytes(value));
    }

    /// <param name="name">The name to write.</param>
    /// <param name="compress">False for the targets of types younger than RFC 1035, such as SRV (RFC 2782, RFC 3597 section 4).</param>
    public void Name(DnsName name, bool compress = true)
    {
        for (var i = 0; i < name.Labels.Length; i++)
        {
            var suffix = new DnsName(name.Labels[i..]).ToString();
            if (compress && suffixes.TryGetValue(suffix, out var earlier))
            {
                UInt16((ushort)(0xc000 | earlier));
                return;
            }

            if (octets.Count <= FurthestPointer)
            {
                suffixes.TryAdd(suffix, octets.Count);
            }

            CharacterString(name.Labels[i]);
        }

        Byte(0);
    }

    /// <summary>Writes what <paramref name="body"/> writes, with its length in two octets before it.</summary>
    public void LengthPrefixed(Action<WireWriter> body)
    {
        var at = octets.Count;
        UInt16(0);
        body(this);
        var length = checked((ushort)(octets.Count - at - 2));
        (octets[at], octets[at + 1]) = ((byte)(length >> 8), (byte)length);
    }

    public ImmutableArray<byte> ToOctets() => [.. octets];
}
