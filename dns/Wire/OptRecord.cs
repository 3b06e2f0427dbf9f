using System.Collections.Immutable;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Wire;

/// <summary>The OPT pseudo-record: its class is a size, its TTL holds the upper response code, the version and flags (RFC 6891 section 6.1.3).</summary>
internal sealed record OptRecord(Edns Edns, byte ExtendedResponseCode)
{
    private const uint DnssecOk = 0x8000;

    public static OptRecord Read(ref WireReader reader, ushort @class, uint ttl, int length)
    {
        var end = reader.Offset + length;
        var options = ImmutableArray.CreateBuilder<EdnsOption>();
        while (reader.Offset < end)
        {
            var code = (EdnsOptionCode)reader.UInt16();
            options.Add(new EdnsOption(code, [.. reader.Octets(reader.UInt16())]));
        }

        if (reader.Offset != end)
        {
            throw new MessageFormatException(reader.Offset, "an EDNS option that reaches beyond the OPT record.");
        }

        var edns = new Edns
        {
            UdpPayloadSize = @class,
            Version = (byte)(ttl >> 16),
            DnssecOk = (ttl & DnssecOk) != 0,
            Options = options.ToImmutable(),
        };
        return new OptRecord(edns, (byte)(ttl >> 24));
    }

    public void Write(WireWriter writer)
    {
        writer.Name(DnsName.Root);
        writer.UInt16((ushort)RecordType.OPT);
        writer.UInt16(Edns.UdpPayloadSize);
        writer.UInt32(((uint)ExtendedResponseCode << 24) | ((uint)Edns.Version << 16) | (Edns.DnssecOk ? DnssecOk : 0));
        writer.LengthPrefixed(body =>
        {
            foreach (var option in Edns.Options)
            {
                body.UInt16((ushort)option.Code);
                body.UInt16(checked((ushort)option.Octets.Length));
                body.Octets(option.Octets.AsSpan());
            }
        });
    }
}
