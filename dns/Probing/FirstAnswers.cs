using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Dns.Probing;

/// <summary>
/// A pod that has just begun may be refused for a moment, until whoever enforces the cluster's network policies knows its address. A log
/// that is to show what a disturbance costs begins after that.
/// </summary>
public static class FirstAnswers
{
    private static readonly StubOptions Once = new() { Timeout = TimeSpan.FromSeconds(1), Attempts = 1 };

    /// <summary>Asks until every transport has had an answer, at most for as long as <paramref name="limit"/>; returns how long that
    /// took.</summary>
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
            // Another socket each time: conntrack may hold one that was refused to its fate.
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
