using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Values;

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
            steps[^1].ShouldBe(to);
            var between = CoreDnsChart.Delivered.Where(version => version > from && version <= to)
                .Select(Minor).Distinct().Where(minor => minor != Minor(from) || minor == Minor(to));
            steps.Select(Minor).ShouldBe(between, $"from {from} to {to}");
        }
    }

    [Test]
    public void There_is_no_way_to_an_unknown_or_an_older_release()
    {
        var newest = CoreDnsChart.Delivered.Last();
        UpgradeCriterion.Steps(newest, CoreDnsChart.Default).ShouldBeEmpty();
        UpgradeCriterion.Steps(CoreDnsChart.Default, newest with { Major = newest.Major + 1 }).ShouldBeEmpty();
    }

    private static string Minor(SemVer chart) => CoreDnsChart.Releases[chart].ToString().Split('.')[1];
}
