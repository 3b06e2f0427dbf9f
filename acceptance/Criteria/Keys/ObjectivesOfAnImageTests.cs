using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Keys;

public sealed class ObjectivesOfAnImageTests
{
    /// <summary>CoreDNS has it since the image that init writes.</summary>
    private const string Newer = "coredns_shed_dropped_total";

    [Test]
    public void A_series_of_the_image_is_one_that_CoreDNS_exports()
    {
        var step = new UpgradeStep(CoreDnsChart.Default, CoreDnsChart.StarterImage);
        Should.NotThrow(() => KeysCriterion.Objectives(Recording(step)));
    }

    [Test]
    public void A_series_that_only_a_newer_image_has_is_noticed() => Should.Throw<ShouldAssertException>(
            () => KeysCriterion.Objectives(Recording(new UpgradeStep(CoreDnsChart.Default))))
        .Message.ShouldContain("uses series that CoreDNS does not export");

    private static RenderedCluster Recording(UpgradeStep step)
    {
        var keys = KeysCriterion.Switched(StorySample.Tree.Platform);
        var platform = keys with { Clusters = [.. keys.Clusters.Select(step.In)] };
        return RenderedCluster.From(DefinedTree.Generated(platform, null), StorySample.Cluster, tree =>
        {
            foreach (var rule in tree.Get("PrometheusRule", "coredns-slo").At("spec.groups")!.AsArray()
                .SelectMany(group => group!["rules"]!.AsArray()).Where(rule => rule!["record"] is not null))
            {
                rule!["expr"] = ((string)rule["expr"]!).Replace("coredns_dns_responses_total", Newer, StringComparison.Ordinal);
            }
        });
    }
}
