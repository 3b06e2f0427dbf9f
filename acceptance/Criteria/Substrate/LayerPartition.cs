using System.Globalization;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

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

    public async ValueTask DisposeAsync() =>
        await SubstratePair.Run("nft", ["delete", "table", "inet", table], CancellationToken.None);
}
