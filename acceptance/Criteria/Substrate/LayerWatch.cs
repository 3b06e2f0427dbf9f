using System.Diagnostics;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A look-up, by the check's clock.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Answer">An address, or the outcome without one.</param>
/// <param name="Ttl">The TTL of the address.</param>
internal sealed record LookUp(TimeSpan At, TimeSpan Elapsed, string Answer, TimeSpan? Ttl)
{
    /// <summary>True for a stale answer: caches return those with a TTL of zero.</summary>
    public bool Stale => Ttl == TimeSpan.Zero;
}

/// <summary>
/// A client that queries a name 50 times a second, or a new name each time, with two attempts each, and keeps all answers.
/// </summary>
/// <param name="name">Returns the name of the look-up with a number.</param>
internal sealed class LayerWatch(SubstratePair pair, Func<int, string> name, Stopwatch clock)
{
    private readonly List<LookUp> seen = [];

    public LayerWatch(SubstratePair pair, string name, Stopwatch clock)
        : this(pair, _ => name, clock)
    {
    }

    /// <summary>The server that it queries.</summary>
    public string Server { get; init; } = pair.Resolver;

    /// <summary>The server that it queries if the first one has no address; null for none.</summary>
    public string? Second { get; init; }

    /// <summary>The number of attempts before a look-up has failed.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>True if it also queries the target of an alias, like a resolver but not a stub.</summary>
    public bool Follows { get; init; }

    /// <summary>The time-out of each attempt.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(20);

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

    /// <summary>The number of queries to the second server.</summary>
    public int AskedSecond { get; private set; }

    /// <summary>The outcomes that differ from these addresses.</summary>
    public IReadOnlyList<string> Failed(params IReadOnlyList<string> expected) =>
        [.. Seen.Select(look => look.Answer).Where(answer => !expected.Contains(answer))];

    public async Task Until(CancellationToken cancellationToken)
    {
        var resolver = new StubResolver(new StubOptions { Attempts = Attempts, Timeout = Patience }, TimeProvider.System);
        try
        {
            await foreach (var turn in Pace.Every(Pause, TimeSpan.FromMinutes(20), TimeProvider.System, cancellationToken))
            {
                var (at, asked) = (clock.Elapsed, DnsName.Parse(name(turn)));
                var (answer, ttl) = await Ask(resolver, Server, asked, cancellationToken);
                if (ttl is null && Second is not null)
                {
                    (answer, ttl) = await Ask(resolver, Second, asked, cancellationToken);
                    AskedSecond++;
                }

                Last = answer;
                lock (seen)
                {
                    seen.Add(new LookUp(at, clock.Elapsed - at, answer, ttl));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The check has enough results.
        }
    }

    /// <returns>The first address with its TTL, or why the answer has none.</returns>
    private async Task<(string Answer, TimeSpan? Ttl)> Ask(
        StubResolver resolver, string server, DnsName asked, CancellationToken cancellationToken)
    {
        await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(server), pair.Port));
        var query = DnsMessage.Query((ushort)Random.Shared.Next(1 << 16), new Question(asked, RecordType.A));
        var attempt = (await resolver.AskAsync(transport, query, cancellationToken)).Attempts[^1];
        var answers = attempt.Response?.Answers ?? [];
        return answers.FirstOrDefault(answer => answer.Data is AddressData) is { } address ? ($"{address.Data}", address.Ttl)
            : Follows && answers is [{ Data: NameData alias }] ? await Ask(resolver, server, alias.Target, cancellationToken)
            : (attempt.Outcome.ToString(), null);
    }
}

/// <summary>
/// Drops packets from programs of one group to the servers of a pair, so that they wait as in a network partition. It uses its own nftables
/// table and leaves others alone.
/// </summary>
internal sealed class LayerPartition(SubstratePair pair) : IAsyncDisposable
{
    /// <summary>A group id that no other program uses.</summary>
    public const int Group = 61053;

    private readonly string table = $"substrate_{pair.Primary.Replace('.', '_')}";

    /// <summary>Skips the test if this machine cannot do it.</summary>
    public static async Task Need(CancellationToken cancellationToken)
    {
        LocalProgram.Need("nft", "setpriv");
        if ((await LocalProgram.Run("nft", ["list", "tables"], cancellationToken)).ExitCode != 0
            || (await LocalProgram.Run("setpriv", Runs("true"), cancellationToken)).ExitCode != 0)
        {
            Assert.Ignore("a partition is made with nftables and a group of its own, which this user may not: run the suite as root");
        }
    }

    /// <summary>The arguments of setpriv for a program that the partition affects.</summary>
    public static IReadOnlyList<string> Runs(params string[] command) =>
        ["--regid", Group.ToString(CultureInfo.InvariantCulture), "--clear-groups", .. command];

    public async Task Begin(CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "partition.nft");
        // Dropped on input: a drop on output would be an error for the sender.
        await File.WriteAllTextAsync(file, $$"""
            table inet {{table}} {
                chain leaves {
                    type filter hook output priority mangle
                    meta skgid {{Group}} ip daddr { {{pair.Primary}}, {{pair.Secondary}} } meta mark set {{Group}}
                }
                chain arrives {
                    type filter hook input priority mangle
                    ip daddr { {{pair.Primary}}, {{pair.Secondary}} } meta mark {{Group}} drop
                }
            }

            """, cancellationToken);
        (await LocalProgram.Run("nft", ["-f", file], cancellationToken)).ShouldSucceed();
    }

    public async Task End(CancellationToken cancellationToken) =>
        (await LocalProgram.Run("nft", ["delete", "table", "inet", table], cancellationToken)).ShouldSucceed();

    public async ValueTask DisposeAsync() => await LocalProgram.Run("nft", ["delete", "table", "inet", table], CancellationToken.None);
}
