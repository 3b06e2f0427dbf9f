using System.Collections.Immutable;
using System.Net;

namespace PlatformGitOps.Dns.Server;

public sealed record DnsServerOptions
{
    /// <summary>Port 0 takes a free one, the same for UDP and TCP.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    public ImmutableArray<Zone> Zones { get; init; } = [];

    /// <summary>Given to clients that ask for it (RFC 5001); null gives none.</summary>
    public string? NameServerIdentifier { get; init; }

    public Func<ReceivedQuery, ServerFault> FaultFor { get; init; } = _ => ServerFault.None;

    /// <summary>Told of each question before it is answered.</summary>
    public Action<ReceivedQuery> OnQuery { get; init; } = _ => { };

    /// <summary>A TCP connection without a question for so long is closed (RFC 7766 section 6.2.3).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
