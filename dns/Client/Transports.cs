using System.ComponentModel;
using System.Net;

namespace PlatformGitOps.Dns.Client;

public static class Transports
{
    public static IDnsTransport Create(DnsTransportKind kind, IPEndPoint server) => kind switch
    {
        DnsTransportKind.FreshUdp => new FreshUdpTransport(server),
        DnsTransportKind.ReusedUdp => new ReusedUdpTransport(server),
        DnsTransportKind.Tcp => new TcpTransport(server),
        _ => throw new InvalidEnumArgumentException(nameof(kind), (int)kind, typeof(DnsTransportKind)),
    };
}
