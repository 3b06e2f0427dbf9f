using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

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
