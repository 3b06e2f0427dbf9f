using System.Buffers.Binary;

namespace PlatformGitOps.Dns.Wire;

/// <summary>Over TCP each message has a length prefix of two octets (RFC 1035 section 4.2.2).</summary>
public static class StreamFraming
{
    /// <summary>
    /// Length and message in one buffer: two writes could be two segments, which some servers do not accept (RFC 7766 section 8).
    /// </summary>
    public static ReadOnlyMemory<byte> Frame(ImmutableArray<byte> message)
    {
        var frame = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(frame, checked((ushort)message.Length));
        message.CopyTo(frame, 2);
        return frame;
    }

    /// <summary>The next message; null if the peer closed before it.</summary>
    /// <exception cref="EndOfStreamException">The peer closed inside a message.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = new byte[2];
        if (await stream.ReadAtLeastAsync(length.AsMemory(0, 1), 1, throwOnEndOfStream: false, cancellationToken) == 0)
        {
            return null;
        }

        await stream.ReadExactlyAsync(length.AsMemory(1), cancellationToken);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return message;
    }
}
