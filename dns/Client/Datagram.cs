using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Client;

internal static class Datagram
{
    /// <summary>The message, or null for octets that are none: anyone can send those to an open port.</summary>
    public static DnsMessage? TryRead(ReadOnlySpan<byte> octets)
    {
        try
        {
            return MessageReader.Read(octets);
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }
}
