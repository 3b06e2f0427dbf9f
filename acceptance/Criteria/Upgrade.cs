using PlatformGitOps.Acceptance.Criteria.NodeLocal;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Upgrade", "CoreDNS goes to a newer release and back without an outage")]
[Check("Upgrade.1", "No query fails on the way to a newer release and back", "0 failed queries, and every other check passes at both ends",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.metadata.labels}")]
public static class UpgradeCriterion
{
    internal const string ChartKey = "coredns";

    [LiveCheck("Upgrade.1",
        "the chart of each minor version of CoreDNS up to the setting upgrade-to, then the image of the setting upgrade-image, " +
        "delivered in turn, and back the same way; the queries of probers on each node; at the newest release and again at the end " +
        "every check that is not disruptive, alerts and drift included",
        Disruptive = true, ZeroLoss = true)]
    public static Task ThereAndBack(LiveCluster cluster, CancellationToken cancellationToken) =>
        Drive(cluster, (_, _) => Task.CompletedTask, cancellationToken);

    /// <param name="cluster">The cluster of the delivery.</param>
    /// <param name="beside">Runs in each step after its delivery, while the probers query.</param>
    /// <param name="cancellationToken">Ends the upgrade; the definition is then delivered again.</param>
    internal static async Task Drive(
        LiveCluster cluster, Func<LiveCluster, CancellationToken, Task> beside, CancellationToken cancellationToken)
    {
        cluster.NeedsDelivery();
        cluster.Needs(SuiteSettings.Current.UpgradeTo is not null, "the setting upgrade-to names no release of the coredns chart");
        var pinned = cluster.Tree.Platform.Charts[ChartKey].Version;
        var (to, image) = (SuiteSettings.Current.UpgradeTo!, SuiteSettings.Current.UpgradeImage);
        var up = Steps(pinned, to, image);
        up.ShouldNotBeEmpty($"{new UpgradeStep(to, image)} is not a release after {pinned} that the generator knows");
        UpgradeStep[] down = [.. up.Reverse().Skip(1), new UpgradeStep(pinned)];
        var delivered = false;
        try
        {
            var newest = cluster;
            foreach (var step in up)
            {
                newest = await Deliver(cluster, step, beside, cancellationToken);
            }

            await EveryOtherCheck(newest, cancellationToken);
            foreach (var step in down)
            {
                await Deliver(cluster, step, beside, cancellationToken);
            }

            delivered = true;
        }
        finally
        {
            if (!delivered)
            {
                await cluster.Deliver(CancellationToken.None);
                await Rollout.Done(cluster, CancellationToken.None);
            }
        }

        await EveryOtherCheck(cluster, cancellationToken);
    }

    /// <summary>
    /// The last chart release for each minor version of CoreDNS after that of <paramref name="from"/>, then <paramref name="to"/>, then a
    /// newer CoreDNS image.
    /// </summary>
    internal static IReadOnlyList<UpgradeStep> Steps(SemVer from, SemVer to, SemVer? image = null)
    {
        var releases = CoreDnsChart.Delivered.Where(version => version >= from && version <= to).ToList();
        if (!releases.Contains(to) || (image is not null && (image <= CoreDnsChart.Releases[to] || !CoreDnsChart.IsKnown(image))))
        {
            return [];
        }

        var charts = releases.GroupBy(Minor).Select(minor => minor.Last())
            .Where(version => version > from && (version == to || Minor(version) != Minor(from)))
            .Select(version => new UpgradeStep(version));
        return image is null ? [.. charts] : [.. charts, new UpgradeStep(to, image)];
    }

    /// <summary>The source of another release of CoreDNS's chart.</summary>
    internal static ChartPin Pin(LiveCluster cluster, SemVer version)
    {
        var pin = cluster.Tree.Platform.Charts[ChartKey];
        var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == ChartKey)!.Publisher;
        return SuiteSettings.Current.Chart is null ? pin.At(version, publisher) : pin with { Version = version };
    }

    private static (int, int) Minor(SemVer chart) => (CoreDnsChart.Releases[chart].Major, CoreDnsChart.Releases[chart].Minor);

    /// <summary>Each delivery is measured separately, so that a lost query identifies its step.</summary>
    private static async Task<LiveCluster> Deliver(
        LiveCluster cluster, UpgradeStep step, Func<LiveCluster, CancellationToken, Task> beside, CancellationToken cancellationToken)
    {
        var platform = cluster.Platform.WithChart(ChartKey, Pin(cluster, step.Chart)).InEachCluster(step.In);
        var tree = RenderedCluster.From(DefinedTree.Generated(platform, versionDrift: null), cluster.Role);
        var changed = cluster with { Platform = platform, Tree = tree };
        await DisruptionCriterion.Judge(cluster, LossBudget.Zero, [], async (run, token) =>
        {
            run.Note(ChartKey, $"{step}: {ChartOutput.Image(tree)}");
            await changed.Deliver(token);
            await beside(cluster, token);
            await Rollout.Done(cluster, token);
            await Disturb.Settled(cluster, token);
        }, cancellationToken);
        return changed;
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

        failed.ShouldBeEmpty($"checks with chart {cluster.Tree.Platform.Charts[ChartKey].Version} and {ChartOutput.Image(cluster.Tree)}");
    }
}

/// <summary>One delivery of an upgrade.</summary>
/// <param name="Chart">The release of the chart.</param>
/// <param name="Image">The tag of CoreDNS's image; null for the definition's.</param>
internal sealed record UpgradeStep(SemVer Chart, SemVer? Image = null)
{
    /// <summary>The cluster with the step's image, and without a pinned chart version.</summary>
    public Cluster In(Cluster cluster) => cluster with
    {
        Pins = cluster.Pins with { Charts = cluster.Pins.Charts.Remove(UpgradeCriterion.ChartKey) },
        Adjustments = Image is null ? cluster.Adjustments : cluster.Adjustments with
        {
            Values = cluster.Adjustments.Values.SetItem(UpgradeCriterion.ChartKey,
                cluster.Adjustments.Values.GetValueOrDefault(UpgradeCriterion.ChartKey, []).SetAt(["image", "tag"], Image.ToString())),
        },
    };

    public override string ToString() => Image is null ? $"chart {Chart}" : $"chart {Chart}, image {Image}";
}

public sealed class UpgradeStepTests
{
    [Test]
    public void The_way_has_one_chart_for_each_minor_version_of_CoreDNS_and_ends_at_the_goal()
    {
        var pairs = CoreDnsChart.Delivered.SelectMany(older => CoreDnsChart.Delivered.Where(newer => newer > older), ValueTuple.Create);
        foreach (var (from, to) in pairs)
        {
            var steps = UpgradeCriterion.Steps(from, to);
            steps[^1].ShouldBe(new UpgradeStep(to));
            var between = CoreDnsChart.Delivered.Where(version => version > from && version <= to)
                .Select(Minor).Distinct().Where(minor => minor != Minor(from) || minor == Minor(to));
            steps.Select(step => Minor(step.Chart)).ShouldBe(between, $"from {from} to {to}");
        }
    }

    [Test]
    public void There_are_no_steps_to_an_unknown_or_an_older_release()
    {
        var newest = CoreDnsChart.Delivered.Last();
        UpgradeCriterion.Steps(newest, CoreDnsChart.Default).ShouldBeEmpty();
        UpgradeCriterion.Steps(CoreDnsChart.Default, newest with { Major = newest.Major + 1 }).ShouldBeEmpty();
    }

    [Test]
    public void The_image_is_the_last_step_and_changes_nothing_but_its_tag()
    {
        var (chart, image) = (CoreDnsChart.Driven, CoreDnsChart.StarterImage);
        var steps = UpgradeCriterion.Steps(CoreDnsChart.Default, chart, image);
        steps.ShouldBe([.. UpgradeCriterion.Steps(CoreDnsChart.Default, chart), new UpgradeStep(chart, image)]);
        UpgradeCriterion.Steps(chart, chart, image).ShouldBe([new UpgradeStep(chart, image)], "the chart is there already");

        var cluster = Repository.Platform.Clusters[0];
        var changed = steps[^1].In(cluster);
        ChartOutput.CoreDns(Repository.Platform, changed).ShouldBe(image.ToString());
        var values = changed.Adjustments.Values["coredns"];
        (values.At("image") as Mapping).ShouldNotBeNull().Select(entry => entry.Key).ShouldContain("tag");
        steps[0].In(cluster).Adjustments.ShouldBe(cluster.Adjustments, "a chart's step leaves the tag to the definition");
    }

    [Test]
    public void An_image_that_is_not_newer_than_the_charts_or_is_not_known_is_not_a_step()
    {
        var chart = CoreDnsChart.Driven;
        UpgradeCriterion.Steps(CoreDnsChart.Default, chart, CoreDnsChart.Releases[chart]).ShouldBeEmpty();
        UpgradeCriterion.Steps(CoreDnsChart.Default, chart, CoreDnsChart.StarterImage with { Major = 9 }).ShouldBeEmpty();
    }

    private static string Minor(SemVer chart) => CoreDnsChart.Releases[chart].ToString().Split('.')[1];
}
