using System.ComponentModel;
using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>A way to one server.</summary>
public interface IDnsTransport : IAsyncDisposable
{
    DnsTransportKind Kind { get; }

    IPEndPoint Server { get; }

    /// <summary>Prepares to ask <paramref name="query"/>, which may then be sent more than once.</summary>
    IDnsConversation Open(DnsMessage query);
}

/// <summary>How a question reaches the server; each meets a different part of the path when a server pod goes away.</summary>
public enum DnsTransportKind
{
    /// <summary>A new UDP socket, and so a new source port and conntrack entry, for each question: what glibc and musl do.</summary>
    [JsonStringEnumMemberName("udp-fresh")]
    FreshUdp,

    /// <summary>One connected UDP socket for all questions: its conntrack entry, or Cilium's translation at connect, outlives the pod it
    /// leads to.</summary>
    [JsonStringEnumMemberName("udp-reused")]
    ReusedUdp,

    /// <summary>A new TCP connection for each question.</summary>
    [JsonStringEnumMemberName("tcp")]
    Tcp,
}

/// <summary>One question on its way: sent once for each attempt, from the same source port where the transport has ports to keep.</summary>
public interface IDnsConversation : IAsyncDisposable
{
    /// <summary>Datagrams thrown away because they were not the answer to this question: wrong id or question, or not DNS at all.</summary>
    int Discarded { get; }

    /// <summary>The port that the question was sent from; null before it was sent, and where each attempt has another one.</summary>
    int? LocalPort { get; }

    /// <exception cref="SocketException">The network refused.</exception>
    Task SendAsync(CancellationToken cancellationToken);

    /// <summary>Waits for the answer to any of the attempts sent so far; a late answer is an answer.</summary>
    /// <exception cref="SocketException">The network, or an ICMP message, says that none will come.</exception>
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
