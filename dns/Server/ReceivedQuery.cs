using System.Net;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Server;

/// <summary>A question as it arrived. <see cref="Sequence"/> counts from 1 over all transports.</summary>
public sealed record ReceivedQuery(long Sequence, DnsMessage Query, EndPoint From, bool OverTcp);
