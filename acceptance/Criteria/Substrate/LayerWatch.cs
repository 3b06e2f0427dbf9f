using System.Diagnostics;
using System.Net;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A look-up on the clock that all of a check share.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Answer">An address, or what came in place of one.</param>
/// <param name="Ttl">Of an address.</param>
internal sealed record LookUp(TimeSpan At, TimeSpan Took, string Answer, TimeSpan? Ttl)
{
    /// <summary>Whether it is one that has expired: a cache gives those with a TTL of zero.</summary>
    public bool Stale => Ttl == TimeSpan.Zero;
}

/// <summary>
/// A client that asks for one name 50 times a second, or for another one each time, twice before it gives up, and keeps every answer.
/// </summary>
/// <param name="name">The name of the look-up with this number.</param>
internal sealed class LayerWatch(SubstratePair pair, Func<int, string> name, Stopwatch clock)
{
    private readonly List<LookUp> seen = [];

    public LayerWatch(SubstratePair pair, string name, Stopwatch clock)
        : this(pair, _ => name, clock)
    {
    }

    /// <summary>Whom it asks.</summary>
    public string Server { get; init; } = pair.Resolver;

    /// <summary>How long it waits for an answer, each time.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    public IReadOnlyList<LookUp> Seen
    {
        get
        {
            lock (seen)
            {
                return [.. seen];
            }
        }
    }

    public string? Last { get; private set; }

    public async Task Until(CancellationToken cancellationToken)
    {
        var resolver = new StubResolver(new StubOptions { Attempts = 2, Timeout = Patience }, TimeProvider.System);
        await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(Server), pair.Port));
        try
        {
            await foreach (var turn in Pace.Every(
                TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(4), TimeProvider.System, cancellationToken))
            {
                var at = clock.Elapsed;
                var query = DnsMessage.Query((ushort)Random.Shared.Next(1 << 16), new Question(DnsName.Parse(name(turn)), RecordType.A));
                var attempt = (await resolver.AskAsync(transport, query, cancellationToken)).Attempts[^1];
                var record = attempt.Response?.Answers.FirstOrDefault(answer => answer.Data is AddressData);
                Last = record?.Data.ToString() ?? attempt.Outcome.ToString();
                lock (seen)
                {
                    seen.Add(new LookUp(at, clock.Elapsed - at, Last, record?.Ttl));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The check has seen enough.
        }
    }
}
