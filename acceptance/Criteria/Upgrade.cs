using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Criteria.NodeLocal;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Upgrade", "CoreDNS goes to a newer release and back without an outage")]
[Check("Upgrade.1", "No query fails on the way to a newer release and back", "0 failed queries, and every other check passes at both ends",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.metadata.labels}")]
public static class UpgradeCriterion
{
    private const string ChartKey = "coredns";

    [LiveCheck("Upgrade.1",
        "the chart of each minor version of CoreDNS up to the setting upgrade-to, delivered in turn, and back the same way; the queries " +
        "of probers on each node; at the newest release and again at the end every check that is not disruptive, alerts and drift included",
        Disruptive = true, ZeroLoss = true)]
    public static Task ThereAndBack(LiveCluster cluster, CancellationToken cancellationToken) =>
        Drive(cluster, (_, _) => Task.CompletedTask, cancellationToken);

    /// <param name="cluster">Where CoreDNS is delivered.</param>
    /// <param name="beside">Runs in each step after its delivery, while the probers ask.</param>
    /// <param name="cancellationToken">Ends it; the delivery of the definition is then brought back.</param>
    internal static async Task Drive(
        LiveCluster cluster, Func<LiveCluster, CancellationToken, Task> beside, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Delivery is not null, "the suite does not deliver to this cluster; the setting delivery changes that");
        cluster.Needs(SuiteSettings.Current.UpgradeTo is not null, "the setting upgrade-to names no release of the coredns chart");
        var pinned = cluster.Tree.Platform.Charts[ChartKey].Version;
        var up = Steps(pinned, SuiteSettings.Current.UpgradeTo!);
        up.ShouldNotBeEmpty($"{SuiteSettings.Current.UpgradeTo} is not a release after {pinned} that the generator knows");
        SemVer[] down = [.. up.Reverse().Skip(1), pinned];
        var delivered = false;
        try
        {
            var newest = cluster;
            foreach (var version in up)
            {
                newest = await Deliver(cluster, version, beside, cancellationToken);
            }

            await EveryOtherCheck(newest, cancellationToken);
            foreach (var version in down)
            {
                await Deliver(cluster, version, beside, cancellationToken);
            }

            delivered = true;
        }
        finally
        {
            if (!delivered)
            {
                await cluster.Delivery!.Deliver(cluster.Platform, cluster.Tree, cluster.Cluster, cluster.Api, CancellationToken.None);
                await Rollout.Done(cluster, CancellationToken.None);
            }
        }

        await EveryOtherCheck(cluster, cancellationToken);
    }

    /// <summary>
    /// The last release of each minor version of CoreDNS after that of <paramref name="from"/>, and <paramref name="to"/>.
    /// </summary>
    internal static IReadOnlyList<SemVer> Steps(SemVer from, SemVer to)
    {
        var releases = CoreDnsChart.Delivered.Where(version => version > from && version <= to).ToList();
        return releases.Contains(to)
            ? [.. releases.GroupBy(Minor).Select(minor => minor.Last()).Where(version => version == to || Minor(version) != Minor(from))]
            : [];
    }

    /// <summary>Where the suite finds another release of CoreDNS' chart.</summary>
    internal static ChartPin Pin(LiveCluster cluster, SemVer version)
    {
        var pin = cluster.Tree.Platform.Charts[ChartKey];
        var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == ChartKey)!.Publisher;
        return SuiteSettings.Current.Chart is null ? pin.At(version, publisher) : pin with { Version = version };
    }

    private static (int, int) Minor(SemVer chart) => (CoreDnsChart.Releases[chart].Major, CoreDnsChart.Releases[chart].Minor);

    /// <summary>Each delivery is measured by itself, so that a lost query names its step.</summary>
    private static async Task<LiveCluster> Deliver(
        LiveCluster cluster, SemVer version, Func<LiveCluster, CancellationToken, Task> beside, CancellationToken cancellationToken)
    {
        var platform = cluster.Platform.WithChart(ChartKey, Pin(cluster, version)) with
        {
            Clusters =
            [
                .. cluster.Platform.Clusters.Select(one => one with { Pins = one.Pins with { Charts = one.Pins.Charts.Remove(ChartKey) } }),
            ],
        };
        var tree = RenderedCluster.From(DefinedTree.Generated(platform, versionDrift: null), cluster.Role);
        await DisruptionCriterion.Judge(cluster, LossBudget.Zero, [], async (run, token) =>
        {
            run.Note(ChartKey, $"chart {version} with CoreDNS {CoreDnsChart.Releases[version]}");
            await cluster.Delivery!.Deliver(platform, tree, cluster.Cluster, cluster.Api, token);
            await beside(cluster, token);
            await Rollout.Done(cluster, token);
            await Disturb.Settled(cluster, token);
        }, cancellationToken);
        return cluster with { Platform = platform, Tree = tree };
    }

    private static async Task EveryOtherCheck(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await CachedCluster.Remove(cluster.Role, cancellationToken);
        var failed = new List<string>();
        foreach (var check in Catalog.Checks.Where(check =>
            check is { Live: not null, Disruptive: false, Criterion.SwitchesOn: Feature.Always, Line.Needs: not Feature.Substrate }))
        {
            if (await check.Failure(cluster, cancellationToken) is { } message)
            {
                failed.Add($"{check.Id}: {message}");
            }
        }

        failed.ShouldBeEmpty($"checks with chart {cluster.Tree.Platform.Charts[ChartKey].Version}");
    }
}
