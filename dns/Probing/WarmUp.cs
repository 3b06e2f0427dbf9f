using System.Net;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Dns.Probing;

/// <summary>
/// Runs every path of the prober against a server of its own on loopback, so that the first answers under measurement are not slow
/// because code was being compiled or paged in.
/// </summary>
public static class WarmUp
{
    private const int Rounds = 40;

    public static async Task RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var zone = Zone.Empty("warm.invalid", TimeSpan.FromSeconds(1)).With("@", IPAddress.Loopback);
        await using var server = DnsServer.Start(new DnsServerOptions { Zones = [zone] }, time);
        var resolver = new StubResolver(new StubOptions { Timeout = TimeSpan.FromSeconds(1) }, time);
        var line = new ProbeLine();
        foreach (var kind in Enum.GetValues<DnsTransportKind>())
        {
            await using var transport = Transports.Create(kind, server.EndPoint);
            for (ushort id = 1; id <= Rounds; id++)
            {
                var query = DnsMessage.Query(id, new Question(zone.Origin, RecordType.A), new Edns().AskForNameServerIdentifier());
                await resolver.AskAsync(transport, query, cancellationToken);
                line = ProbeLog.TryRead(ProbeLog.Write(line)) ?? line;
            }
        }
    }
}
