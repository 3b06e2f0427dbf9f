using System.Buffers.Binary;
using System.Text;

namespace PlatformGitOps.Controller.Probing;

/// <summary>The two messages of grpc.health.v1, with gRPC's five octets before them (no compression, length).</summary>
internal static class GrpcHealth
{
    private const int Prefix = 5;
    private const byte ServiceField = (1 << 3) | 2;
    private const byte StatusField = (1 << 3) | 0;

    public static byte[] Request(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        // Longer names would need a length of more than one octet; health services have short ones.
        if (name.Length > 127)
        {
            throw new InvalidDataException("a gRPC service name has at most 127 octets here");
        }

        byte[] message = name.Length == 0 ? [] : [ServiceField, (byte)name.Length, .. name];
        var frame = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, Prefix);
        return frame;
    }

    /// <summary>Null when this is no HealthCheckResponse. A status of zero (UNKNOWN) is left out on the wire.</summary>
    public static int? Status(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Prefix || frame[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(frame[1..]) != frame.Length - Prefix)
        {
            return null;
        }

        return frame[Prefix..] switch
        {
            [] => 0,
            [StatusField, < 0x80 and var status] => status,
            _ => null,
        };
    }
}
