using System.Collections.Immutable;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Wire;

/// <summary><see cref="DnsMessage"/> to octets.</summary>
public static class MessageWriter
{
    public static ImmutableArray<byte> Write(DnsMessage message)
    {
        var writer = new WireWriter();
        writer.UInt16(message.Id);
        writer.UInt16(HeaderFlags(message));
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

        foreach (var record in message.Answers.Concat(message.Authorities).Concat(message.Additionals))
        {
            writer.Name(record.Name);
            writer.UInt16((ushort)record.Type);
            writer.UInt16((ushort)record.Class);
            writer.UInt32(checked((uint)record.Ttl.TotalSeconds));
            writer.LengthPrefixed(body => RecordDataFormat.Write(body, record.Data));
        }

        if (message.Edns is { } edns)
        {
            new OptRecord(edns, (byte)((int)message.ResponseCode >> 4)).Write(writer);
        }

        return writer.ToOctets();
    }

    /// <summary>
    /// Writes what fits into <paramref name="limit"/> octets: the whole message, or the header, question and OPT with the TC bit set,
    /// so that no client takes a part for the whole (RFC 2181 section 9).
    /// </summary>
    public static ImmutableArray<byte> WriteWithin(DnsMessage message, int limit)
    {
        var whole = Write(message);
        return whole.Length <= limit
            ? whole
            : Write(message with { IsTruncated = true, Answers = [], Authorities = [], Additionals = [] });
    }

    private static ushort HeaderFlags(DnsMessage message) => (ushort)(
        (message.IsResponse ? Flags.Response : 0)
        | ((int)message.Operation << Flags.OperationShift)
        | (message.IsAuthoritative ? Flags.Authoritative : 0)
        | (message.IsTruncated ? Flags.Truncated : 0)
        | (message.RecursionDesired ? Flags.RecursionDesired : 0)
        | (message.RecursionAvailable ? Flags.RecursionAvailable : 0)
        | (message.AuthenticData ? Flags.AuthenticData : 0)
        | (message.CheckingDisabled ? Flags.CheckingDisabled : 0)
        | ((int)message.ResponseCode & 0xf));
}
