using System.Globalization;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Criteria.Keys;

[Check("Keys.11", "Alerts fire when DNS uses up its error or latency budget too fast", "the numbers of monitoring.burnRate in four alerts",
    Command = "kubectl --context {context} -n kube-system get prometheusrule coredns-slo -o yaml")]
public static partial class KeysCriterion
{
    // Of the Site Reliability Workbook, chapter 5.
    private static readonly (string Factor, string Long, string Short)[] Burns =
        [("14.4", "1h", "5m"), ("6", "6h", "30m"), ("3", "1d", "2h"), ("1", "3d", "6h")];

    [StaticCheck("Keys.11", "the PrometheusRule coredns-slo: its ratios, its alerts, and the definition's numbers in both")]
    public static void Objectives(RenderedCluster tree)
    {
        var objectives = tree.Definition.Monitoring.BurnRate!;
        var rule = tree.FindOrNull("PrometheusRule", "coredns-slo");
        rule.ShouldNotBeNull("no alert is about the objectives");
        rule.Labels.GetValueOrDefault("release").ShouldBe(tree.Settings["MONITORING_RELEASE"], "the monitoring selects by this label");
        var rules = rule.Parts("spec.groups").SelectMany(group => group.Parts("rules")).ToArray();
        var recorded = rules.Where(entry => entry.Text("record") is not null).ToDictionary(entry => entry.Text("record")!);
        var alerts = rules.Where(entry => entry.Text("alert") is not null).ToArray();
        var conditions = string.Concat(alerts.Select(alert => alert.Text("expr")));
        foreach (var (ratio, budget) in new[] { ("servfail", Left(objectives.Availability)), ("slow", Left(objectives.Latency)) })
        {
            foreach (var (factor, @long, @short) in Burns)
            {
                string Above(string window) => $"dns:{ratio}:ratio_rate{window}{{cluster=\"{tree.Role}\"}} > {factor} * {budget}";
                conditions.ShouldContain($"({Above(@long)} and {Above(@short)})", customMessage: $"no alert at {factor} times the budget");
            }
        }

        Ratios().Matches(conditions).Select(match => match.Value).Except(recorded.Keys)
            .ShouldBeEmpty("an alert reads a ratio that nobody records");
        var exported = AC3Observability.Exported(tree);
        foreach (var (name, entry) in recorded)
        {
            var (expression, window) = (entry.Text("expr")!, name[(name.IndexOf("_rate", StringComparison.Ordinal) + "_rate".Length)..]);
            Metrics().Matches(expression).Select(match => match.Value).Except(exported)
                .ShouldBeEmpty($"{name} uses series that CoreDNS does not export");
            Windows().Matches(expression).Select(match => match.Groups[1].Value).Distinct()
                .ShouldBe([window], $"{name} is of another time");
            if (name.Contains(":slow:", StringComparison.Ordinal))
            {
                expression.ShouldContain($"le=\"{objectives.Within}\"", customMessage: $"{name} counts from another time on");
            }
        }

        alerts.Where(alert => string.IsNullOrEmpty(alert.Text("annotations.runbook_url"))).Select(alert => alert.Text("alert"))
            .ShouldBeEmpty("an alert without a runbook");
    }

    internal static bool HasObjectives(Cluster cluster) =>
        cluster.Monitoring is { BurnRate: not null, Flavour: not MonitoringFlavour.None };

    private static MonitoringSettings WithObjectives(MonitoringSettings monitoring) =>
        monitoring with { BurnRate = new BurnRateSettings(99.9m, 98, "0.064") };

    private static IEnumerable<StaticSabotage> OfObjectives =>
    [
        new("no alerts on the objectives", "Keys.11", "no alert is about", tree => tree.Remove("PrometheusRule", "coredns-slo")),
        new("another objective than the definition's", "Keys.11", "times the budget", tree => tree.Setting("COREDNS_ERROR_BUDGET", "0.05")),
        new("an answer is slow after another time", "Keys.11", "from another time on", tree =>
            tree.Setting("COREDNS_LATENCY_BOUND", "0.1")),
        new("a ratio that nobody records", "Keys.11", "nobody records", tree => tree.Get("PrometheusRule", "coredns-slo")
            .At("spec.groups[0].rules")!.AsArray().RemoveAll(rule => (string?)rule!["record"] == "dns:slow:ratio_rate5m")),
        new("an alert of which one window is gone", "Keys.11", "14.4 times the budget", tree =>
        {
            var alert = tree.Get("PrometheusRule", "coredns-slo").At("spec.groups[2].rules[0]")!;
            alert["expr"] = ((string)alert["expr"]!).Replace("ratio_rate5m", "ratio_rate1h", StringComparison.Ordinal);
        }),
    ];

    private static string Left(decimal objective) => ((100 - objective) / 100).ToString("0.#######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"dns:[a-z]+:ratio_rate\w+")]
    private static partial Regex Ratios();

    [GeneratedRegex(@"\bcoredns_[a-z0-9_]+")]
    private static partial Regex Metrics();

    [GeneratedRegex(@"\[(\w+)\]")]
    private static partial Regex Windows();
}

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
