using System.Diagnostics;
using System.Net;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A look-up on the clock that all of a check share.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Answer">An address, or what came in place of one.</param>
internal sealed record LookUp(TimeSpan At, TimeSpan Took, string Answer);

/// <summary>A client that asks for one name 50 times a second, twice before it gives up, and keeps every answer.</summary>
internal sealed class LayerWatch(SubstratePair pair, string name, Stopwatch clock)
{
    private readonly StubResolver resolver = new(
        new StubOptions { Attempts = 2, Timeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);

    private readonly List<LookUp> seen = [];

    public IReadOnlyList<LookUp> Seen => seen;

    public string? Last { get; private set; }

    public async Task Until(CancellationToken cancellationToken)
    {
        await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(pair.Resolver), pair.Port));
        try
        {
            await foreach (var _ in Pace.Every(
                TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(4), TimeProvider.System, cancellationToken))
            {
                var at = clock.Elapsed;
                var query = DnsMessage.Query((ushort)Random.Shared.Next(1 << 16), new Question(DnsName.Parse(name), RecordType.A));
                var attempt = (await resolver.AskAsync(transport, query, cancellationToken)).Attempts[^1];
                Last = attempt.Response?.Answers.Select(record => record.Data).OfType<AddressData>().FirstOrDefault()?.ToString()
                    ?? attempt.Outcome.ToString();
                seen.Add(new LookUp(at, clock.Elapsed - at, Last));
            }
        }
        catch (OperationCanceledException)
        {
            // The check has seen enough.
        }
    }
}
