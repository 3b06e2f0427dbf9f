namespace PlatformGitOps.Dns.Wire;

/// <summary>Octets that are not a DNS message: the offset and the reason.</summary>
public sealed class MessageFormatException(int offset, string problem) : FormatException($"Not a DNS message at octet {offset}: {problem}");

/// <summary>Parses octets into a <see cref="DnsMessage"/>. Octets after the last record are ignored, as in resolvers.</summary>
public static class MessageReader
{
    /// <summary>
    /// Parses one message. With the TC bit it may end anywhere after its question, even inside a record; incomplete records are skipped,
    /// since a client ignores them and retries over TCP (RFC 2181 section 9).
    /// </summary>
    /// <exception cref="MessageFormatException">The octets are not a DNS message.</exception>
    public static DnsMessage Read(ReadOnlySpan<byte> octets)
    {
        var reader = new WireReader(octets);
        var (id, flags) = (reader.UInt16(), reader.UInt16());
        var (questions, answers, authorities, additionals) = (reader.UInt16(), reader.UInt16(), reader.UInt16(), reader.UInt16());
        var message = new DnsMessage
        {
            Id = id,
            IsResponse = (flags & HeaderFlags.Response) != 0,
            Operation = (OperationCode)((flags >> HeaderFlags.OperationShift) & 0xf),
            IsAuthoritative = (flags & HeaderFlags.Authoritative) != 0,
            IsTruncated = (flags & HeaderFlags.Truncated) != 0,
            RecursionDesired = (flags & HeaderFlags.RecursionDesired) != 0,
            RecursionAvailable = (flags & HeaderFlags.RecursionAvailable) != 0,
            AuthenticData = (flags & HeaderFlags.AuthenticData) != 0,
            CheckingDisabled = (flags & HeaderFlags.CheckingDisabled) != 0,
            ResponseCode = (ResponseCode)(flags & 0xf),
            Questions = ReadQuestions(ref reader, questions),
        };
        try
        {
            return ReadRecords(ref reader, message, answers, authorities, additionals);
        }
        catch (MessageFormatException) when (message is { IsResponse: true, IsTruncated: true })
        {
            return message;
        }
    }

    /// <summary>The message, or null if the octets are not one: anyone can send those to an open port.</summary>
    public static DnsMessage? TryRead(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Read(octets);
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }

    private static ImmutableArray<Question> ReadQuestions(ref WireReader reader, int count)
    {
        var questions = ImmutableArray.CreateBuilder<Question>();
        for (var i = 0; i < count; i++)
        {
            questions.Add(new Question(reader.Name(), (RecordType)reader.UInt16(), (RecordClass)reader.UInt16()));
        }

        return questions.ToImmutable();
    }

    private static DnsMessage ReadRecords(ref WireReader reader, DnsMessage message, int answers, int authorities, int additionals)
    {
        var read = message with
        {
            Answers = ReadSection(ref reader, answers, out var stray),
            Authorities = ReadSection(ref reader, authorities, out var alsoStray),
            Additionals = ReadSection(ref reader, additionals, out var opt),
        };
        if (stray is not null || alsoStray is not null)
        {
            throw new MessageFormatException(reader.Offset, "an OPT record outside of the additional section (RFC 6891 section 6.1.1).");
        }

        return opt is not var (edns, upperCode)
            ? read
            : read with { Edns = edns, ResponseCode = (ResponseCode)((upperCode << 4) | (int)message.ResponseCode) };
    }

    private static ImmutableArray<ResourceRecord> ReadSection(ref WireReader reader, int count, out (Edns Edns, int UpperCode)? opt)
    {
        opt = null;
        var records = ImmutableArray.CreateBuilder<ResourceRecord>();
        for (var i = 0; i < count; i++)
        {
            var (name, type, @class, ttl) = (reader.Name(), (RecordType)reader.UInt16(), reader.UInt16(), reader.UInt32());
            var length = reader.UInt16();
            if (type == RecordType.OPT)
            {
                opt = opt is null && name.IsRoot
                    ? ReadOpt(ref reader, @class, ttl, length)
                    : throw new MessageFormatException(reader.Offset, "a second OPT record, or one with a name (RFC 6891 section 6.1.1).");
                continue;
            }

            records.Add(new ResourceRecord
            {
                Name = name,
                Type = type,
                Class = (RecordClass)@class,
                Ttl = TimeSpan.FromSeconds(ttl > int.MaxValue ? 0 : ttl),
                Data = ReadData(ref reader, type, length),
            });
        }

        return records.ToImmutable();
    }

    private static RecordData ReadData(ref WireReader reader, RecordType type, int length)
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
            RecordType.SOA => new StartOfAuthority
            {
                PrimaryServer = reader.Name(),
                Mailbox = reader.Name(),
                Serial = reader.UInt32(),
                Refresh = TimeSpan.FromSeconds(reader.UInt32()),
                Retry = TimeSpan.FromSeconds(reader.UInt32()),
                Expire = TimeSpan.FromSeconds(reader.UInt32()),
                Minimum = TimeSpan.FromSeconds(reader.UInt32()),
            },
            RecordType.TXT => ReadText(ref reader, end),
            _ => new OpaqueData([.. reader.Octets(length)]),
        };

        return reader.Offset == end
            ? data
            : throw new MessageFormatException(reader.Offset, $"{type} data ends at {reader.Offset}, its length says {end}.");
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

    private static (Edns Edns, int UpperCode) ReadOpt(ref WireReader reader, ushort @class, uint ttl, int length)
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
            DnssecOk = (ttl & HeaderFlags.DnssecOk) != 0,
            Options = options.ToImmutable(),
        };
        return (edns, (int)(ttl >> 24));
    }
}
