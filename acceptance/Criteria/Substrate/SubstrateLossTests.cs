using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The losses of clients that query both servers, while an operator changes the zones. Every look-up counts.</summary>
[Parallelizable(ParallelScope.Children)]
[Platform("Linux", Reason = "the servers are Debian's")]
public sealed class SubstrateLossTests
{
    private const int Many = 100_000;

    /// <summary>The clients that query during a change, and their clock.</summary>
    private sealed record Asking(IReadOnlyList<LayerWatch> Clients, Stopwatch Clock);

    private static readonly (string What, Func<SubstratePair, Asking, string, CancellationToken, Task> Change)[] Changes =
        [("a zone loaded again", LoadAgain), ("another transfer key", ChangeTheKey), ("the secondary promoted", Promote)];

    [TestCase("knot", Category = "Substrate")]
    [TestCase("bind", Category = "Substrate")]
    [CancelAfter(240_000)]
    public async Task Nothing_is_lost_by_clients_that_ask_both_servers(string cluster, CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Start(RenderedCluster.From(StorySample.Substrates, cluster), null, cancellationToken);
        foreach (var (what, change) in Changes)
        {
            await Lossless(pair, what, asking => change(pair, asking, "changed", cancellationToken), null, cancellationToken);
        }

        // Clients detect that neither server answers.
        var seen = await Watch(pair, "both away", async _ =>
        {
            await pair.Service("primary", "stop", cancellationToken);
            await pair.Service("secondary", "stop", cancellationToken);
        }, null, cancellationToken);
        seen.Failed.ShouldNotBeEmpty("the clients would not notice a loss");
    }

    [TestCase("knot", Category = "Substrate")]
    [TestCase("bind", Category = "Substrate")]
    [CancelAfter(1_200_000)]
    [Explicit("minutes: dotnet test acceptance --filter Name~100_000")]
    public async Task Nothing_is_lost_of_100_000_look_ups(string cluster, CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Start(RenderedCluster.From(StorySample.Substrates, cluster), null, cancellationToken);
        var total = new int[Changes.Length];
        for (var round = 0; total.Sum() < Many; round++)
        {
            foreach (var (index, (what, change)) in Changes.Index())
            {
                total[index] += await Lossless(
                    pair, what, asking => change(pair, asking, $"changed-{round}", cancellationToken), TimeSpan.FromMilliseconds(1),
                    cancellationToken);
            }
        }

        TestContext.Out.WriteLine($"{total.Sum()} look-ups, 0 failed: "
            + string.Join(", ", Changes.Select((change, index) => $"{total[index]} during {change.What}")));
    }

    private static async Task LoadAgain(SubstratePair pair, Asking asking, string name, CancellationToken cancellationToken)
    {
        await Mark(pair, $"first-{name}", cancellationToken);
        await Mark(pair, $"second-{name}", cancellationToken);
    }

    private static async Task ChangeTheKey(SubstratePair pair, Asking asking, string name, CancellationToken cancellationToken)
    {
        var file = pair.KeyFile("primary", pair.Settings.TransferKey);
        var former = await File.ReadAllTextAsync(file, cancellationToken);
        File.Delete(file);
        await pair.Succeeds("install.sh", "primary", cancellationToken, "--role", "primary");
        (await File.ReadAllTextAsync(file, cancellationToken)).ShouldNotBe(former);
        await BothAnswer(pair, asking, cancellationToken);
        await pair.Succeeds("install.sh", "secondary", cancellationToken, "--role", "secondary", "--transfer-key", file);
        // With the new key only: the secondary has no other access.
        await Mark(pair, $"key-{name}", cancellationToken);
    }

    /// <summary>As in docs/substrate.md: programs' records move too, and programs use the same key.</summary>
    private static async Task Promote(SubstratePair pair, Asking asking, string name, CancellationToken cancellationToken)
    {
        var key = await pair.ChildKey(cancellationToken);
        var (before, after) = ($"before-{name}.{pair.Child}", $"after-{name}.{pair.Child}");
        (await pair.Update(pair.Child, key, cancellationToken, $"update add {before}. 60 A 192.0.2.9")).ShouldSucceed();
        await pair.AtBoth(before, "A", ["192.0.2.9"], cancellationToken);

        var keys = pair.Settings.Children.ToDictionary(entry => entry.Key.Text, entry => pair.KeyFile("primary", entry.Key.Text));
        var former = pair.Primary;
        await pair.Exchange(cancellationToken);
        pair.Primary.ShouldNotBe(former);
        foreach (var (entry, file) in keys)
        {
            File.Copy(file, pair.KeyFile("primary", entry), overwrite: true);
        }

        await pair.Succeeds("install.sh", "primary", cancellationToken, "--role", "primary");
        await BothAnswer(pair, asking, cancellationToken);
        await pair.Succeeds("install.sh", "secondary", cancellationToken, "--role", "secondary");
        await BothAnswer(pair, asking, cancellationToken);
        (await pair.Update(pair.Child, key, cancellationToken, $"update add {after}. 60 A 192.0.2.10")).ShouldSucceed();
        await pair.AtBoth(before, "A", ["192.0.2.9"], cancellationToken);
        await pair.AtBoth(after, "A", ["192.0.2.10"], cancellationToken);
        await Mark(pair, $"promoted-{name}", cancellationToken);
        await pair.Verified("primary", cancellationToken);
        await pair.Verified("secondary", cancellationToken);
    }

    /// <summary>
    /// As in docs/substrate.md: a client whose query was lost at a stopping server queries the other one after its time-out, and that one
    /// must not stop then. A client with an answer since both servers answer has no such query.
    /// </summary>
    private static async Task BothAnswer(SubstratePair pair, Asking asking, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            await Eventually.Within(
                Soon, async token => (await pair.Ask(server, pair.Zone, "SOA", token)).ShouldHaveSingleItem($"{server} does not answer"),
                "both servers answer before the next one ends", cancellationToken);
        }

        await LocalCoreDns.Asked(asking.Clients, asking.Clock.Elapsed, 0, cancellationToken);
    }

    /// <summary>Adds a record at the primary, and waits for it at both servers.</summary>
    private static async Task Mark(SubstratePair pair, string name, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        await File.AppendAllTextAsync(file, $"{name}.{pair.Zone}. 60 IN TXT \"{name}\"\n", cancellationToken);
        await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
        await pair.AtBoth($"{name}.{pair.Zone}", "TXT", [$"\"{name}\""], cancellationToken);
    }

    private static async Task<int> Lossless(
        SubstratePair pair, string what, Func<Asking, Task> change, TimeSpan? pause, CancellationToken cancellationToken)
    {
        var seen = await Watch(pair, what, change, pause, cancellationToken);
        seen.Failed.ShouldBeEmpty($"failed look-ups: {what}");
        seen.Count.ShouldBeGreaterThan(100, "hardly anybody asked");
        return seen.Count;
    }

    private static async Task<(int Count, IReadOnlyList<string> Failed)> Watch(
        SubstratePair pair, string what, Func<Asking, Task> change, TimeSpan? pause, CancellationToken cancellationToken)
    {
        var record = pair.Settings.Records[0];
        var expected = record.Addresses.Select(address => pair.Here(address.ToString())).ToArray();
        var clock = Stopwatch.StartNew();
        LayerWatch[] clients =
        [
            .. Enumerable.Range(0, 8).Select(number => number % 2 == 0 ? (First: pair.Primary, Second: pair.Secondary)
                    : (First: pair.Secondary, Second: pair.Primary))
                .Select(servers => new LayerWatch(pair, $"{record.Name}.{pair.Zone}", clock)
                {
                    Server = servers.First,
                    Second = servers.Second,
                    Attempts = 1,
                    Pause = pause ?? TimeSpan.FromMilliseconds(20),
                }),
        ];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = Task.WhenAll(clients.Select(client => client.Until(end.Token)));
        try
        {
            await change(new Asking(clients, clock));
            await Eventually.Within(TimeSpan.FromSeconds(20),
                () => clients.ShouldAllBe(client => client.Seen.Count > 20),
                "each client asked", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
        }

        IReadOnlyList<string> failed = [.. clients.SelectMany(client => client.Failed(expected))];
        var count = clients.Sum(client => client.Seen.Count);
        TestContext.Out.WriteLine($"{what}: {count} look-ups in {clock.Elapsed.TotalSeconds:F1} s, "
            + $"{clients.Sum(client => client.AskedSecond)} asked of the second server too, {failed.Count} failed");
        return (count, failed);
    }
}
