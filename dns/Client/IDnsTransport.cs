using System.ComponentModel;
using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>A connection to one server.</summary>
public interface IDnsTransport : IAsyncDisposable
{
    DnsTransportKind Kind { get; }

    IPEndPoint Server { get; }

    /// <summary>Prepares <paramref name="query"/>, which can then be sent more than once.</summary>
    IDnsConversation Open(DnsMessage query);
}

/// <summary>How a query reaches the server; each uses a different part of the path when a server pod is removed.</summary>
public enum DnsTransportKind
{
    /// <summary>A new UDP socket, so a new source port and conntrack entry, for each query, as in glibc and musl.</summary>
    [JsonStringEnumMemberName("udp-fresh")]
    FreshUdp,

    /// <summary>
    /// One connected UDP socket for all queries: its conntrack entry, or Cilium's translation at connect, outlives the pod behind it.
    /// </summary>
    [JsonStringEnumMemberName("udp-reused")]
    ReusedUdp,

    /// <summary>A new TCP connection for each query.</summary>
    [JsonStringEnumMemberName("tcp")]
    Tcp,
}

/// <summary>One query in progress: sent once for each attempt, from the same source port if the transport keeps ports.</summary>
public interface IDnsConversation : IAsyncDisposable
{
    /// <summary>The number of discarded datagrams: wrong id or question, or not DNS.</summary>
    int Discarded { get; }

    /// <summary>The source port; null before sending, and if each attempt has another one.</summary>
    int? LocalPort { get; }

    /// <exception cref="SocketException">The network refused.</exception>
    Task SendAsync(CancellationToken cancellationToken);

    /// <summary>Waits for an answer to any attempt so far; late answers count.</summary>
    /// <exception cref="SocketException">The network, or an ICMP message, reports that no answer will arrive.</exception>
    /// <exception cref="IOException">The server closed the connection.</exception>
    Task<DnsMessage> ReceiveAsync(CancellationToken cancellationToken);
}

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
