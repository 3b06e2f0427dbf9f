namespace PlatformGitOps.Dns.Wire;

/// <summary>Writes a <see cref="DnsMessage"/> as octets, without the length prefix of TCP.</summary>
public static class MessageWriter
{
    [ThreadStatic]
    private static WireWriter? shared;

    /// <exception cref="OverflowException">A count, length or time does not fit into its field.</exception>
    public static ImmutableArray<byte> Write(DnsMessage message)
    {
        var writer = shared ??= new WireWriter();
        writer.Reset();
        writer.UInt16(message.Id);
        writer.UInt16(HeaderFlags.Of(message));
        writer.UInt16(checked((ushort)message.Questions.Length));
        writer.UInt16(checked((ushort)message.Answers.Length));
        writer.UInt16(checked((ushort)message.Authorities.Length));
        writer.UInt16(checked((ushort)(message.Additionals.Length + (message.Edns is null ? 0 : 1))));
        foreach (var question in message.Questions)
        {
            writer.Name(question.Name);
            writer.UInt16((ushort)question.Type);
            writer.UInt16((ushort)question.Class);
        }

        WriteRecords(writer, message.Answers);
        WriteRecords(writer, message.Authorities);
        WriteRecords(writer, message.Additionals);
        if (message.Edns is { } edns)
        {
            WriteOpt(writer, edns, message.ResponseCode);
        }

        return writer.ToOctets();
    }

    /// <summary>
    /// Writes the whole message if it fits into <paramref name="limit"/> octets; else header, question and OPT with the TC bit, so that no
    /// client takes a part for the whole (RFC 2181 section 9).
    /// </summary>
    public static ImmutableArray<byte> WriteWithin(DnsMessage message, int limit)
    {
        var whole = Write(message);
        return whole.Length <= limit
            ? whole
            : Write(message with { IsTruncated = true, Answers = [], Authorities = [], Additionals = [] });
    }

    private static void WriteRecords(WireWriter writer, ImmutableArray<ResourceRecord> records)
    {
        foreach (var record in records)
        {
            writer.Name(record.Name);
            writer.UInt16((ushort)record.Type);
            writer.UInt16((ushort)record.Class);
            writer.Seconds(record.Ttl);
            var begin = writer.BeginLength();
            WriteData(writer, record.Data);
            writer.EndLength(begin);
        }
    }

    private static void WriteData(WireWriter writer, RecordData data)
    {
        switch (data)
        {
            case AddressData address:
                writer.Address(address.Address);
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
                writer.Name(soa.PrimaryServer);
                writer.Name(soa.Mailbox);
                writer.UInt32(soa.Serial);
                writer.Seconds(soa.Refresh);
                writer.Seconds(soa.Retry);
                writer.Seconds(soa.Expire);
                writer.Seconds(soa.Minimum);
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

    /// <summary>The class of OPT is a size; its TTL has the upper response code, version and flags (RFC 6891 section 6.1.3).</summary>
    private static void WriteOpt(WireWriter writer, Edns edns, ResponseCode code)
    {
        writer.Byte(0);
        writer.UInt16((ushort)RecordType.OPT);
        writer.UInt16(edns.UdpPayloadSize);
        writer.UInt32(((uint)code >> 4 << 24) | ((uint)edns.Version << 16) | (edns.DnssecOk ? HeaderFlags.DnssecOk : 0));
        var begin = writer.BeginLength();
        foreach (var option in edns.Options)
        {
            writer.UInt16((ushort)option.Code);
            writer.UInt16(checked((ushort)option.Octets.Length));
            writer.Octets(option.Octets.AsSpan());
        }

        writer.EndLength(begin);
    }
}

/// <summary>The second 16 bits of the header (RFC 1035 section 4.1.1, RFC 4035 section 3), and the flag of the OPT record (RFC
/// 3225).</summary>
internal static class HeaderFlags
{
    public const int Response = 1 << 15;
    public const int OperationShift = 11;
    public const int Authoritative = 1 << 10;
    public const int Truncated = 1 << 9;
    public const int RecursionDesired = 1 << 8;
    public const int RecursionAvailable = 1 << 7;
    public const int AuthenticData = 1 << 5;
    public const int CheckingDisabled = 1 << 4;
    public const uint DnssecOk = 0x8000;

    public static ushort Of(DnsMessage message) => (ushort)(
        (message.IsResponse ? Response : 0)
        | ((int)message.Operation << OperationShift)
        | (message.IsAuthoritative ? Authoritative : 0)
        | (message.IsTruncated ? Truncated : 0)
        | (message.RecursionDesired ? RecursionDesired : 0)
        | (message.RecursionAvailable ? RecursionAvailable : 0)
        | (message.AuthenticData ? AuthenticData : 0)
        | (message.CheckingDisabled ? CheckingDisabled : 0)
        | ((int)message.ResponseCode & 0xf));
}
