using System.Net;
using System.Net.Sockets;

namespace PlatformGitOps.Dns.Server;

/// <summary>A UDP and a TCP socket on one address and port.</summary>
internal static class Listeners
{
    private const int Backlog = 128;
    private const int Tries = 20;

    public static (Socket Udp, Socket Tcp) Bind(IPEndPoint at)
    {
        for (var tried = 1; ; tried++)
        {
            var udp = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (at.Address.Equals(IPAddress.IPv6Any))
            {
                // All addresses are those of IPv4 too, whatever net.ipv6.bindv6only says.
                (udp.DualMode, tcp.DualMode) = (true, true);
            }

            try
            {
                udp.Bind(at);
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(Backlog);
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();

                // The free UDP port the system gave may be another program's TCP port.
                if (at.Port != 0 || tried == Tries)
                {
                    throw;
                }
            }
        }
    }
}
