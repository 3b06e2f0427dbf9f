using System.Net;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Client;

/// <summary>A way to one server.</summary>
public interface IDnsTransport : IAsyncDisposable
{
    DnsTransportKind Kind { get; }

    IPEndPoint Server { get; }

    /// <summary>Prepares to ask <paramref name="query"/>, which may then be sent more than once.</summary>
    IDnsConversation Open(DnsMessage query);
}
