using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>A transport in a reader's words.</summary>
public static class TransportName
{
    public static string Of(DnsTransportKind kind) => kind switch
    {
        DnsTransportKind.FreshUdp => "UDP, fresh socket",
        DnsTransportKind.ReusedUdp => "UDP, reused socket",
        DnsTransportKind.Tcp => "TCP",
        _ => kind.ToString(),
    };
}
