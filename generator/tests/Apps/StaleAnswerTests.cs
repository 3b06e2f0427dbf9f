using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The answers of clients for a name whose server fails after CoreDNS cached an answer (docs/adr/0003-cache.md).</summary>
public sealed class StaleAnswerTests
{
    private const string Definition = "cache: { success: 5 }, rewrite: [{ from: shop.example.com, to: shop.gone.example.com }], " +
        "stubDomains: { gone.example.com: { servers: ['192.0.2.1:5301'] }, failing.example.com: { servers: ['192.0.2.1:5302'] } }";

    /// <summary>The shortest cache time that a definition may have.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private static readonly string[] Names = ["shop.example.com", "shop.failing.example.com"];

    private static readonly StubResolver Client = new(new StubOptions { Attempts = 1 }, TimeProvider.System);

    /// <summary>
    /// Two cases in which a failed renewal becomes an answer that could be cached: the rewrite plugin makes one if a server is unavailable,
    /// and a server answers SERVFAIL. The names are queried often, so that CoreDNS renews them before they expire; then they expire.
    /// </summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task A_kept_answer_is_given_while_its_server_fails(CancellationToken cancellationToken)
    {
        var fails = false;
        await using var gone = Server("gone.example.com", () => false);
        await using var failing = Server("failing.example.com", () => Volatile.Read(ref fails));
        using var coreDns = await RunningCoreDns.Start(DnsDefinition.Read(Definition), cancellationToken,
            ("192.0.2.1:5301", gone.EndPoint), ("192.0.2.1:5302", failing.EndPoint));
        coreDns.Serves.ShouldBeTrue(coreDns.Output);

        (await AskBoth(TimeSpan.FromSeconds(1))).ShouldAllBe(name => name.All(answer => answer.Outcome == AttemptOutcome.Ok));
        await gone.DisposeAsync();
        Volatile.Write(ref fails, true);

        foreach (var answers in await AskBoth(Kept + TimeSpan.FromSeconds(3)))
        {
            answers.Count(answer => answer.Outcome != AttemptOutcome.Ok).ShouldBe(0, $"failed look-ups of {answers.Count}");
            answers[^1].Response!.Answers[0].Ttl.ShouldBe(TimeSpan.Zero, "the answer has not expired");
        }

        Task<List<Attempt>[]> AskBoth(TimeSpan during) => Task.WhenAll(Names.Select(name => Ask(coreDns, name, during, cancellationToken)));
    }

    private static DnsServer Server(string zone, Func<bool> fails) => DnsServer.Start(new DnsServerOptions
    {
        Zones = [(Zone.Empty(zone, TimeSpan.FromSeconds(30)) with { Ttl = Kept }).With("shop", IPAddress.Parse("192.0.2.10"))],
        FaultFor = _ => fails() ? new ServerFault { ResponseCode = ResponseCode.ServerFailure } : ServerFault.None,
    }, TimeProvider.System);

    /// <summary>Queries a name 20 times a second.</summary>
    private static async Task<List<Attempt>> Ask(RunningCoreDns coreDns, string name, TimeSpan during, CancellationToken cancellationToken)
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
