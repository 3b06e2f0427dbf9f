using System.Diagnostics;
using PlatformGitOps.Acceptance.Rendering;
using static PlatformGitOps.Acceptance.Criteria.Substrate.SubstrateCriterion;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>What clients lose that ask both servers, while an operator changes what they serve. Each look-up is counted.</summary>
[Parallelizable(ParallelScope.Children)]
[Platform("Linux", Reason = "the servers are Debian's")]
public sealed class SubstrateLossTests
{
    private static readonly Lazy<DefinedTree> Tree = new(() =>
        DefinedTree.Generated(DefinedTree.Read(Path.Combine(Sample.Folder, "definitions", "substrate.yaml")), null));

    [TestCase("knot", Category = "Substrate")]
    [TestCase("bind", Category = "Substrate")]
    [CancelAfter(120_000)]
    public async Task Nothing_is_lost_while_a_zone_is_loaded_again(string cluster, CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Start(RenderedCluster.From(Tree.Value, cluster), null, cancellationToken);
        await Watched(pair, "a zone loaded again", async () =>
        {
            await Mark(pair, "first", cancellationToken);
            await Mark(pair, "second", cancellationToken);
        }, cancellationToken);
    }

    [TestCase("knot", Category = "Substrate")]
    [TestCase("bind", Category = "Substrate")]
    [CancelAfter(120_000)]
    public async Task Nothing_is_lost_while_the_transfer_key_changes(string cluster, CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Start(RenderedCluster.From(Tree.Value, cluster), null, cancellationToken);
        await Watched(pair, "another transfer key", async () =>
        {
            var file = pair.KeyFile("primary", pair.Settings.TransferKey);
            var former = await File.ReadAllTextAsync(file, cancellationToken);
            File.Delete(file);
            (await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary")).ShouldSucceed();
            (await File.ReadAllTextAsync(file, cancellationToken)).ShouldNotBe(former);
            (await pair.Script("install.sh", "secondary", cancellationToken, "--role", "secondary", "--transfer-key", file))
                .ShouldSucceed();
            // By the new key alone: the secondary has no other way to it.
            await Mark(pair, "rotated", cancellationToken);
        }, cancellationToken);
    }

    /// <summary>A record more at the primary, seen at both.</summary>
    private static async Task Mark(SubstratePair pair, string name, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        await File.AppendAllTextAsync(file, $"{name}.{pair.Zone}. 60 IN TXT \"{name}\"\n", cancellationToken);
        (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
        await AtBoth(pair, $"{name}.{pair.Zone}", "TXT", [$"\"{name}\""], cancellationToken);
    }

    private static async Task Watched(SubstratePair pair, string what, Func<Task> change, CancellationToken cancellationToken)
    {
        var record = pair.Settings.Records[0];
        var expected = record.Addresses.Select(address => pair.Here(address.ToString())).ToArray();
        LookUps[] clients =
        [
            .. Enumerable.Range(0, 4).Select(_ => new LookUps(pair, pair.Primary, follows: false, second: pair.Secondary)),
            .. Enumerable.Range(0, 4).Select(_ => new LookUps(pair, pair.Secondary, follows: false, second: pair.Primary)),
        ];
        var clock = Stopwatch.StartNew();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Task.WhenAll(clients.Select(client => client.Until($"{record.Name}.{pair.Zone}", expected, end.Token)));
        try
        {
            await change();
        }
        finally
        {
            await end.CancelAsync();
            await asking;
        }

        TestContext.Out.WriteLine($"{what}: {clients.Sum(client => client.Count)} look-ups in {clock.Elapsed.TotalSeconds:F1} s, "
            + $"{clients.Sum(client => client.Second)} answered by the second server, {clients.Sum(client => client.Failed.Count)} failed");
        clients.SelectMany(client => client.Failed).ShouldBeEmpty($"failed look-ups while {what}");
        clients.ShouldAllBe(client => client.Count > 20, "hardly anybody asked");
    }
}
