using System.Diagnostics;
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
        foreach (var program in new[] { "nft", "setpriv" }.Where(program => SubstratePair.Find(program) is null))
        {
            Assert.Ignore($"{program} is not on this machine; Debian has it in {(program == "nft" ? "nftables" : "util-linux")}");
        }

        if ((await SubstratePair.Run("nft", ["list", "tables"], cancellationToken)).ExitCode != 0
            || (await SubstratePair.Run("setpriv", Runs("true"), cancellationToken)).ExitCode != 0)
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
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
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

            """), cancellationToken);
        (await SubstratePair.Run("nft", ["-f", file], cancellationToken)).ShouldSucceed();
    }

    public async Task End(CancellationToken cancellationToken) =>
        (await SubstratePair.Run("nft", ["delete", "table", "inet", table], cancellationToken)).ShouldSucceed();

    public async ValueTask DisposeAsync() => await SubstratePair.Run("nft", ["delete", "table", "inet", table], CancellationToken.None);
}
