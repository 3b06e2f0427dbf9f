using System.Buffers.Binary;
using System.Text;

namespace PlatformGitOps.Dns.Wire;

/// <summary>
/// Writes integers, octets and names in network order, with compressed names where the caller allows it. A writer is reused for many
/// messages and keeps its buffers, so that a message only allocates its octets.
/// </summary>
internal sealed class WireWriter
{
    /// <summary>A pointer has 14 bits (RFC 1035 section 4.1.4).</summary>
    private const int FurthestPointer = 0x3fff;

    private const int MostLabels = 127;

    private byte[] octets = new byte[512];
    private int length;

    // The suffixes that pointers can lead to: hashes in consecutive memory for a fast search, and their offsets.
    private uint[] hashes = new uint[32];
    private ushort[] offsets = new ushort[32];
    private int suffixes;

    public void Reset() => (length, suffixes) = (0, 0);

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    /// <exception cref="OverflowException">The time is negative or longer than 32 bits of seconds.</exception>
    public void Seconds(TimeSpan value) => UInt32(checked((uint)value.TotalSeconds));

    public void Octets(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Address(IPAddress value) => value.TryWriteBytes(Take(value.AddressFamily == AddressFamily.InterNetwork ? 4 : 16), out _);

    /// <summary>A length octet, then that many octets (RFC 1035 section 3.3).</summary>
    /// <exception cref="OverflowException">The string has more than 255 characters.</exception>
    public void CharacterString(string value)
    {
        Byte(checked((byte)value.Length));
        Encoding.Latin1.GetBytes(value, Take(value.Length));
    }

    /// <param name="name">The name; a pointer only leads to a suffix in the same case.</param>
    /// <param name="compress">False for targets in types newer than RFC 1035, such as SRV (RFC 2782, RFC 3597 section 4).</param>
    public void Name(DnsName name, bool compress = true)
    {
        var wire = name.Wire;
        Span<byte> starts = stackalloc byte[MostLabels];
        var labels = 0;
        for (var at = 0; wire[at] > 0; at += wire[at] + 1)
        {
            starts[labels++] = (byte)at;
        }

        Span<uint> suffixHashes = stackalloc uint[MostLabels];
        var hash = 2_166_136_261;
        for (var label = labels - 1; label >= 0; label--)
        {
            foreach (var octet in wire.Slice(starts[label], wire[starts[label]] + 1))
            {
                hash = (hash ^ octet) * 16_777_619; // FNV-1a
            }

            suffixHashes[label] = hash;
        }

        var (begin, known) = (length, suffixes);
        for (var label = 0; label < labels; label++)
        {
            if (compress && Find(suffixHashes[label], wire[starts[label]..], known) is >= 0 and var earlier)
            {
                Octets(wire[..starts[label]]);
                UInt16((ushort)(0xc000 | earlier));
                return;
            }

            if (begin + starts[label] <= FurthestPointer)
            {
                Remember(suffixHashes[label], (ushort)(begin + starts[label]));
            }
        }

        Octets(wire);
    }

    /// <summary>Reserves two octets for the length of the following octets; <see cref="EndLength"/> fills them in.</summary>
    public int BeginLength()
    {
        UInt16(0);
        return length;
    }

    /// <exception cref="OverflowException">More than 65,535 octets were written since.</exception>
    public void EndLength(int begin) => BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(begin - 2), checked((ushort)(length - begin)));

    public ImmutableArray<byte> ToOctets() => ImmutableArray.Create(octets.AsSpan(0, length));

    private Span<byte> Take(int count)
    {
        if (count > octets.Length - length)
        {
            Array.Resize(ref octets, Math.Max(octets.Length * 2, length + count));
        }

        length += count;
        return octets.AsSpan(length - count, count);
    }

    private void Remember(uint hash, ushort offset)
    {
        if (suffixes == hashes.Length)
        {
            Array.Resize(ref hashes, suffixes * 2);
            Array.Resize(ref offsets, suffixes * 2);
        }

        (hashes[suffixes], offsets[suffixes]) = (hash, offset);
        suffixes++;
    }

    /// <summary>The offset of an earlier copy of the suffix, among the first <paramref name="known"/> ones; -1 if absent.</summary>
    private int Find(uint hash, ReadOnlySpan<byte> suffix, int known)
    {
        for (var from = 0; hashes.AsSpan(from, known - from).IndexOf(hash) is >= 0 and var found; from += found + 1)
        {
            if (IsAt(offsets[from + found], suffix))
            {
                return offsets[from + found];
            }
        }

        return -1;
    }

    private bool IsAt(int offset, ReadOnlySpan<byte> suffix)
    {
        while (true)
        {
            var mark = octets[offset];
            if (mark >= 0xc0)
            {
                offset = ((mark & 0x3f) << 8) | octets[offset + 1];
            }
            else if (mark != suffix[0] || !octets.AsSpan(offset, mark + 1).SequenceEqual(suffix[..(mark + 1)]))
            {
                return false;
            }
            else if (mark == 0)
            {
                return true;
            }
            else
            {
                offset += mark + 1;
                suffix = suffix[(mark + 1)..];
            }
        }
    }
}
