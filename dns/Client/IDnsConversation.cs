using System.Net.Sockets;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Client;

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
