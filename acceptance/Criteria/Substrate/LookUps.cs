using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A client that asks for a name 50 times a second, or after each pause.</summary>
/// <param name="follows">Whether it asks for a CNAME's target, as a resolver does, and a stub does not.</param>
/// <param name="attempts">How often it asks before a look-up has failed.</param>
/// <param name="second">The server that it asks where the first has not answered; null for none.</param>
internal sealed class LookUps(
    SubstratePair pair, string server, bool follows, int attempts = 1, string? second = null, TimeSpan? pause = null)
{
    private readonly StubResolver resolver = new(
        new StubOptions { Attempts = attempts, Timeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);

    public string Server => server;

    public int Count { get; private set; }

    /// <summary>The latest answer.</summary>
    public string? Last { get; private set; }

    /// <summary>How many of them the second server answered.</summary>
    public int Second { get; private set; }

    /// <summary>What came in place of an address.</summary>
    public List<string> Failed { get; } = [];

    public async Task Until(string name, IReadOnlyList<string> expected, CancellationToken cancellationToken)
    {
        await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(server), pair.Port));
        await using var other = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(second ?? server), pair.Port));
        try
        {
            await foreach (var _ in Pace.Every(
                pause ?? TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(20), TimeProvider.System, cancellationToken))
            {
                var answer = await Ask(transport, DnsName.Parse(name), cancellationToken);
                if (second is not null && !expected.Contains(answer))
                {
                    answer = await Ask(other, DnsName.Parse(name), cancellationToken);
                    Second++;
                }

                Count++;
                Last = answer;
                if (!expected.Contains(answer))
                {
                    Failed.Add(answer);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The check has seen enough.
        }
    }

    private async Task<string> Ask(FreshUdpTransport transport, DnsName name, CancellationToken cancellationToken)
    {
        var query = DnsMessage.Query((ushort)Random.Shared.Next(1 << 16), new Question(name, RecordType.A));
        var attempt = (await resolver.AskAsync(transport, query, cancellationToken)).Attempts[^1];
        var answers = attempt.Response?.Answers ?? [];
        return answers.Select(record => record.Data).OfType<AddressData>().FirstOrDefault()?.ToString()
            ?? (follows && answers is [{ Data: NameData alias }] ? await Ask(transport, alias.Target, cancellationToken)
                : $"{attempt.Outcome}: {string.Join(", ", answers)}");
    }
}
