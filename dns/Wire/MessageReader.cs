using System.Collections.Immutable;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Wire;

/// <summary>Octets to <see cref="DnsMessage"/>. Octets after the last record are ignored, as resolvers do.</summary>
public static class MessageReader
{
    public static DnsMessage Read(ReadOnlySpan<byte> octets)
    {
        var reader = new WireReader(octets);
        try
        {
            return ReadMessage(ref reader);
        }
        catch (FormatException problem) when (problem is not MessageFormatException)
        {
            throw new MessageFormatException(reader.Offset, problem);
        }
    }

    private static DnsMessage ReadMessage(ref WireReader reader)
    {
        var (id, flags) = (reader.UInt16(), reader.UInt16());
        var (questions, answers, authorities, additionals) = (reader.UInt16(), reader.UInt16(), reader.UInt16(), reader.UInt16());
        var message = new DnsMessage
        {
            Id = id,
            IsResponse = (flags & Flags.Response) != 0,
            Operation = (OperationCode)((flags >> Flags.OperationShift) & 0xf),
            IsAuthoritative = (flags & Flags.Authoritative) != 0,
            IsTruncated = (flags & Flags.Truncated) != 0,
            RecursionDesired = (flags & Flags.RecursionDesired) != 0,
            RecursionAvailable = (flags & Flags.RecursionAvailable) != 0,
            AuthenticData = (flags & Flags.AuthenticData) != 0,
            CheckingDisabled = (flags & Flags.CheckingDisabled) != 0,
            ResponseCode = (ResponseCode)(flags & 0xf),
            Questions = ReadQuestions(ref reader, questions),
            Answers = ReadRecords(ref reader, answers, out var stray),
            Authorities = ReadRecords(ref reader, authorities, out var alsoStray),
            Additionals = ReadRecords(ref reader, additionals, out var opt),
        };
        if (stray is not null || alsoStray is not null)
        {
            throw new MessageFormatException(reader.Offset, "an OPT record outside of the additional section (RFC 6891 section 6.1.1).");
        }

        return opt is null
            ? message
            : message with { Edns = opt.Edns, ResponseCode = (ResponseCode)((opt.ExtendedResponseCode << 4) | (flags & 0xf)) };
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

    private static ImmutableArray<ResourceRecord> ReadRecords(ref WireReader reader, int count, out OptRecord? opt)
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
                    ? OptRecord.Read(ref reader, @class, ttl, length)
                    : throw new MessageFormatException(reader.Offset, "a second OPT record, or one with a name (RFC 6891 section 6.1.1).");
                continue;
            }

            records.Add(new ResourceRecord
            {
                Name = name,
                Type = type,
                Class = (RecordClass)@class,
                Ttl = TimeSpan.FromSeconds(ttl > int.MaxValue ? 0 : ttl),
                Data = RecordDataFormat.Read(ref reader, type, length),
            });
        }

        return records.ToImmutable();
    }
}
