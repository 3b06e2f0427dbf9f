using System.Net.Sockets;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The cache of a node queries a substrate itself, so that pods can resolve its names while CoreDNS is unavailable.</summary>
public sealed class CachedSubstrateTests
{
    private static readonly StubResolver Client = new(
        new StubOptions { Timeout = TimeSpan.FromSeconds(20), Attempts = 1 }, TimeProvider.System);

    [Test]
    [CancelAfter(60_000)]
    public async Task A_substrates_names_are_answered_without_CoreDNS(CancellationToken cancellationToken)
    {
        await using var substrate = DnsServer.Start(new DnsServerOptions
        {
            Zones =
            [
                (Zone.Empty("globular.internal", TimeSpan.FromSeconds(30)) with { Ttl = TimeSpan.FromSeconds(1) })
                    .With("etcd", IPAddress.Parse("192.0.2.10")),
            ],
        }, TimeProvider.System);
        using var cache = await RunningCoreDns.Start(Text(substrate.EndPoint), DnsSettings.Default, cancellationToken);
        cache.Serves.ShouldBeTrue(cache.Output);

        (await Ask("etcd.globular.internal")).Outcome.ShouldBe(AttemptOutcome.Ok);
        (await Ask("none.globular.internal")).Outcome.ShouldBe(AttemptOutcome.NameError);
        (await Ask("kubernetes.default.svc.cluster.local")).Outcome.ShouldBe(AttemptOutcome.ServerFailure, "CoreDNS is not away");
        await substrate.DisposeAsync();
        // The cache keeps it for at least five seconds, and then answers it with a TTL of zero.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        for (var expired = 0; expired < 5 && await pace.WaitForNextTickAsync(cancellationToken);)
        {
            var answer = await Ask("etcd.globular.internal");
            answer.Outcome.ShouldBe(AttemptOutcome.Ok, "a name that was kept");
            expired += answer.Response!.Answers[0].Ttl == TimeSpan.Zero ? 1 : 0;
        }

        async Task<Attempt> Ask(string name)
        {
            await using var transport = new FreshUdpTransport(cache.Server);
            var query = DnsMessage.Query(1, new Question(DnsName.Parse(name), RecordType.A));
            return (await Client.AskAsync(transport, query, cancellationToken)).Final;
        }
    }

    [TestCase("")]
    [TestCase(", aliases: [{ name: shop, target: minio }]")]
    [CancelAfter(60_000)]
    public async Task The_cache_starts(string keys, CancellationToken cancellationToken)
    {
        using var cache = await RunningCoreDns.Start(
            Text(new IPEndPoint(IPAddress.Loopback, 1), keys), DnsSettings.Default, cancellationToken);
        cache.Serves.ShouldBeTrue(cache.Output);
    }

    private static string Text(IPEndPoint servers, string keys = "") =>
        NodeLocalDnsConfig.ConfigMap(Substrate(keys)).TextAt("data", NodeLocalDnsConfig.File)!
            .Replace(NodeLocalDnsConfig.UpstreamWord, Nobody())
            .Replace($"${{{SubstrateApp.ServersVariable}}}", servers.ToString())
            .Replace($"${{{NodeLocalDnsNames.BindVariable}}}", "127.0.0.1")
            .Replace($"${{{NodeLocalDnsNames.HealthVariable}}}", "127.0.0.1:0")
            .Replace($"${{{NodeLocalDnsNames.TtlVariable}}}", "30");

    private static SubstrateSettings Substrate(string keys) => DnsDefinition.Read("", "    substrate: main\n" +
        "substrates: [{ name: main, primary: { addresses: [192.168.10.11] }, secondary: { addresses: [192.168.10.12] }" + keys + " }]\n")
        .Substrate!;

    /// <summary>An address at which nothing listens.</summary>
    private static string Nobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
