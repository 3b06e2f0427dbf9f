using System.Diagnostics;
using PlatformGitOps.Dns.Client;

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

    /// <summary>Whom it asks where the first one has no address for it; null for nobody.</summary>
    public string? Second { get; init; }

    /// <summary>How often it asks a server before a look-up has failed.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Whether it asks for the target of an alias, as a resolver does, and a stub does not.</summary>
    public bool Follows { get; init; }

    /// <summary>How long it waits for an answer, each time.</summary>
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

    /// <summary>How often the second server was asked.</summary>
    public int AskedSecond { get; private set; }

    /// <summary>What came in place of one of these addresses.</summary>
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
            // The check has seen enough.
        }
    }

    /// <returns>The first address with its TTL, or why the answer has no address.</returns>
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
/// Drops what the programs of one group send to the servers of a pair, and nothing else: the programs wait, as they do where a network
/// is cut. A table of nftables of its own holds it; other tables are left alone.
/// </summary>
internal sealed class LayerPartition(SubstratePair pair) : IAsyncDisposable
{
    /// <summary>A group that no other program has.</summary>
    public const int Group = 61053;

    private readonly string table = $"substrate_{pair.Primary.Replace('.', '_')}";

    /// <summary>Skips the test where this machine cannot.</summary>
    public static async Task Need(CancellationToken cancellationToken)
    {
        LocalProgram.Need("nft", "setpriv");
        if ((await LocalProgram.Run("nft", ["list", "tables"], cancellationToken)).ExitCode != 0
            || (await LocalProgram.Run("setpriv", Runs("true"), cancellationToken)).ExitCode != 0)
        {
            Assert.Ignore("a partition is made with nftables and a group of its own, which this user may not: run the suite as root");
        }
    }

    /// <summary>The arguments with which setpriv runs a program that a partition concerns.</summary>
    public static IReadOnlyList<string> Runs(params string[] command) =>
        ["--regid", Group.ToString(CultureInfo.InvariantCulture), "--clear-groups", .. command];

    public async Task Begin(CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "partition.nft");
        // Dropped where it arrives: what is dropped where it leaves ends as an error for its sender.
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
