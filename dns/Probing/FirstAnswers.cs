using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Dns.Probing;

/// <summary>
/// A new pod can be refused until the network policy agent knows its address. A log that measures a disruption starts after that.
/// </summary>
public static class FirstAnswers
{
    private static readonly StubOptions Once = new() { Timeout = TimeSpan.FromSeconds(1), Attempts = 1 };

    /// <summary>
    /// Queries until every transport has had an answer, for at most <paramref name="limit"/>; returns how long that took.
    /// </summary>
    public static async Task<TimeSpan> AwaitAsync(ProbeOptions options, TimeSpan limit, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await Task.WhenAll(options.Transports.Select(kind => AwaitAsync(kind, options, time, either.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody answers, which the log will show.
        }

        return time.GetElapsedTime(began);
    }

    private static async Task AwaitAsync(DnsTransportKind kind, ProbeOptions options, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var resolver = new StubResolver(Once, time);
        while (true)
        {
            // A new socket each time: conntrack may keep the state of a refused one.
            await using var transport = Transports.Create(kind, options.Server);
            var resolution = await resolver.AskAsync(transport, DnsMessage.Query(0, options.Questions[0]), cancellationToken);
            if (resolution.Final.Outcome == AttemptOutcome.Ok)
            {
                return;
            }

            await Task.Delay(options.Cadence, time, cancellationToken);
        }
    }
}

/// <summary>
/// Runs all code paths of the prober against its own server on loopback, so that measured answers do not include compilation or paging.
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
