using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Wire;

/// <summary>The RDATA of each type this library knows.</summary>
internal static class RecordDataFormat
{
    public static RecordData Read(ref WireReader reader, RecordType type, int length)
    {
        var end = reader.Offset + length;
        RecordData data = type switch
        {
            RecordType.A when length == 4 => new AddressData(new IPAddress(reader.Octets(4))),
            RecordType.AAAA when length == 16 => new AddressData(new IPAddress(reader.Octets(16))),
            RecordType.A or RecordType.AAAA => throw new MessageFormatException(reader.Offset, $"{type} data of {length} octets."),
            RecordType.CNAME or RecordType.NS or RecordType.PTR => new NameData(reader.Name()),
            RecordType.MX => new MailData(reader.UInt16(), reader.Name()),
            RecordType.SRV => new ServiceData(reader.UInt16(), reader.UInt16(), reader.UInt16(), reader.Name()),
            RecordType.SOA => ReadStartOfAuthority(ref reader),
            RecordType.TXT => ReadText(ref reader, end),
            _ => new OpaqueData([.. reader.Octets(length)]),
        };

        return reader.Offset == end
            ? data
            : throw new MessageFormatException(reader.Offset, $"{type} data ends at {reader.Offset}, its length says {end}.");
    }

    public static void Write(WireWriter writer, RecordData data)
    {
        switch (data)
        {
            case AddressData address:
                writer.Octets(address.Address.GetAddressBytes());
                break;
            case NameData name:
                writer.Name(name.Target);
                break;
            case MailData mail:
                writer.UInt16(mail.Preference);
                writer.Name(mail.Exchange);
                break;
            case ServiceData service:
                writer.UInt16(service.Priority);
                writer.UInt16(service.Weight);
                writer.UInt16(service.Port);
                writer.Name(service.Target, compress: false);
                break;
            case StartOfAuthority soa:
                WriteStartOfAuthority(writer, soa);
                break;
            case TextData text:
                foreach (var value in text.Strings)
                {
                    writer.CharacterString(value);
                }

                break;
            case OpaqueData opaque:
                writer.Octets(opaque.Octets.AsSpan());
                break;
            default:
                throw new ArgumentException($"{data.GetType().Name} has no wire form.", nameof(data));
        }
    }

    /// <summary>The record type an address belongs to.</summary>
    public static RecordType TypeOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.AAAA;

    private static StartOfAuthority ReadStartOfAuthority(ref WireReader reader) => new()
    {
        PrimaryServer = reader.Name(),
        Mailbox = reader.Name(),
        Serial = reader.UInt32(),
        Refresh = TimeSpan.FromSeconds(reader.UInt32()),
        Retry = TimeSpan.FromSeconds(reader.UInt32()),
        Expire = TimeSpan.FromSeconds(reader.UInt32()),
        Minimum = TimeSpan.FromSeconds(reader.UInt32()),
    };

    private static void WriteStartOfAuthority(WireWriter writer, StartOfAuthority soa)
    {
        writer.Name(soa.PrimaryServer);
        writer.Name(soa.Mailbox);
        writer.UInt32(soa.Serial);
        foreach (var duration in new[] { soa.Refresh, soa.Retry, soa.Expire, soa.Minimum })
        {
            writer.UInt32(checked((uint)duration.TotalSeconds));
        }
    }

    private static TextData ReadText(ref WireReader reader, int end)
    {
        var strings = ImmutableArray.CreateBuilder<string>();
        while (reader.Offset < end)
        {
            strings.Add(reader.CharacterString());
        }

        return new TextData(strings.ToImmutable());
    }
}
