using System.Net;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>What clients get of a name whose server fails after CoreDNS kept an answer (docs/adr/0003-cache.md).</summary>
public sealed class StaleAnswerTests
{
    private const string Definition = "cache: { success: 5 }, rewrite: [{ from: shop.example.com, to: shop.gone.example.com }], " +
        "stubDomains: { gone.example.com: { servers: ['192.0.2.1:5301'] } }";

    /// <summary>The shortest that a definition may keep an answer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private static readonly StubResolver Client = new(new StubOptions { Attempts = 1 }, TimeProvider.System);

    /// <summary>Asked often, so that CoreDNS renews the answer before it expires, which fails; then while it is expired.</summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task A_kept_answer_is_given_while_its_server_is_away(CancellationToken cancellationToken)
    {
        await using var gone = Server("gone.example.com");
        using var coreDns = await RunningCoreDns.Start(DnsDefinition.Read(Definition), cancellationToken, ("192.0.2.1:5301", gone.EndPoint));
        coreDns.Serves.ShouldBeTrue(coreDns.Output);

        var before = await Ask(coreDns, "shop.example.com", TimeSpan.FromSeconds(1), cancellationToken);
        before.ShouldAllBe(answer => answer.Outcome == AttemptOutcome.Ok);
        await gone.DisposeAsync();

        var after = await Ask(coreDns, "shop.example.com", Kept + TimeSpan.FromSeconds(3), cancellationToken);
        after.Count(answer => answer.Outcome != AttemptOutcome.Ok).ShouldBe(0, $"failed look-ups of {after.Count}");
        after[^1].Response!.Answers[0].Ttl.ShouldBe(TimeSpan.Zero, "the answer has not expired");
    }

    private static DnsServer Server(string zone) => DnsServer.Start(new DnsServerOptions
    {
        Zones = [(Zone.Empty(zone, TimeSpan.FromSeconds(30)) with { Ttl = Kept }).With("shop", IPAddress.Parse("192.0.2.10"))],
    }, TimeProvider.System);

    /// <summary>Looks a name up 20 times a second.</summary>
    private static async Task<List<Attempt>> Ask(
        RunningCoreDns coreDns, string name, TimeSpan during, CancellationToken cancellationToken)
    {
        var (since, answers) = (TimeProvider.System.GetTimestamp(), new List<Attempt>());
        await using var transport = new FreshUdpTransport(coreDns.Server);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (TimeProvider.System.GetElapsedTime(since) < during && await pace.WaitForNextTickAsync(cancellationToken))
        {
            var query = DnsMessage.Query((ushort)(answers.Count + 1), new Question(DnsName.Parse(name), RecordType.A));
            answers.Add((await Client.AskAsync(transport, query, cancellationToken)).Final);
        }

        return answers;
    }
}
