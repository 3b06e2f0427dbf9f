using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Criteria;

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
    public void There_is_no_way_to_an_unknown_or_an_older_release()
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
