namespace PlatformGitOps.Acceptance.Criteria.Keys;

/// <summary>The alerts on DNS's error and latency budgets.</summary>
[ChecksOf(typeof(KeysCriterion))]
[Check("Keys.11", "Alerts fire when DNS uses up its error or latency budget too fast", "the numbers of monitoring.burnRate in four alerts",
    Command = "kubectl --context {context} -n kube-system get prometheusrule coredns-slo -o yaml")]
public static partial class ObjectiveKeys
{
    // From chapter 5 of the Site Reliability Workbook.
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
            if (name.Contains(":slow:"))
            {
                expression.ShouldContain($"le=\"{objectives.Within}\"", customMessage: $"{name} counts from another time on");
            }
        }

        alerts.Where(alert => string.IsNullOrEmpty(alert.Text("annotations.runbook_url"))).Select(alert => alert.Text("alert"))
            .ShouldBeEmpty("an alert without a runbook");
    }

    private const string Rule = "coredns-slo";

    /// <summary>Each is answered twice, over UDP and TCP.</summary>
    private const int Failing = 30;

    [LiveCheck("Keys.11",
        "the live PrometheusRule coredns-slo in a vmalert whose ratios go back into an empty VictoriaMetrics: every ratio has a " +
            "value, and nothing fires; then, with seconds in place of minutes, the alert after names that the suite's own upstream " +
            "answers with SERVFAIL",
        Disruptive = true)]
    public static async Task ObjectivesFire(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await ClientPods.Ensure(cluster, cancellationToken);
        await VictoriaMetrics.Forget(cluster, cancellationToken);
        await AlertEvaluation.EnsureObjectives(cluster, Rule, cancellationToken);
        var rules = (await cluster.Require(ResourceKind.PrometheusRule.Named(Rule, "kube-system"), cancellationToken))
            .Parts("spec.groups").SelectMany(group => group.Parts("rules")).ToList();
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token =>
            {
                // Creates answers for the ratio's denominator.
                await Ask.From(cluster, Ask.ByHand, Delivery.UpstreamDns.ExternalName, token);
                foreach (var ratio in rules.Select(rule => rule.Text("record")).OfType<string>())
                {
                    (await VictoriaMetrics.Query(cluster, $"{ratio}{{cluster=\"{cluster.Role}\"}}", token))
                        .ShouldNotBeEmpty($"{ratio} has no value: its alert never fires");
                }
            },
            "every ratio has a value",
            cancellationToken);
        var loaded = await AlertEvaluation.OfObjectives(cluster, cancellationToken);
        loaded.Count.ShouldBe(rules.Count, "rules that vmalert has loaded");
        loaded.Where(rule => rule.Problem.Length > 0).Select(rule => $"{rule.Alert}: {rule.Problem}")
            .ShouldBeEmpty("rules that cannot be evaluated");
        loaded.Where(rule => rule.Firing.Count > 0).Select(rule => rule.Alert).ShouldBeEmpty("alerts that fire in a healthy cluster");

        // The first failure creates the series; its rate begins with the next one.
        await Fail(0, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await VictoriaMetrics.Query(cluster, "coredns_dns_responses_total{rcode=\"SERVFAIL\"}", token))
                .ShouldNotBeEmpty(),
            "SERVFAIL is counted",
            cancellationToken);
        for (var index = 1; index < Failing; index++)
        {
            await Fail(index, cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await AlertEvaluation.OfObjectives(cluster, token))
                .Where(rule => rule.Firing.Count > 0).Select(rule => rule.Alert)
                .ShouldContain("CoreDNSErrorBudgetBurnsFast", "the budget burns, and no alert fires"),
            "the alert on the error budget fires",
            cancellationToken);
        var share = (await VictoriaMetrics.Query(cluster, "dns:servfail:ratio_rate5m", cancellationToken)).FirstOrDefault()?.Value;
        EvidenceLog.Observed($"dns:servfail:ratio_rate5m is {share:0.###}");

        Task Fail(int index, CancellationToken token) => Ask.From(
            cluster, Ask.ByHand, $"no-{index}.{Delivery.UpstreamDns.FailingZone}.", token,
            "--via", "udp", "--via", "tcp");
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Changed(
            "a ratio of series that no version exports", "Keys.11", "has no value",
            ResourceKind.PrometheusRule.Named(Rule, "kube-system"), "spec.groups", groups => JsonNode.Parse(groups.ToJsonString().Replace(
                "coredns_dns_responses_total", "coredns_dns_response_rcode_count_total"))!),
    ];

    internal static bool AreSet(Cluster cluster) =>
        cluster.Monitoring is { BurnRate: not null, Flavour: not MonitoringFlavour.None };

    internal static MonitoringSettings In(MonitoringSettings monitoring) =>
        monitoring with { BurnRate = new BurnRateSettings(99.9m, 98, "0.064") };

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
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
            alert["expr"] = ((string)alert["expr"]!).Replace("ratio_rate5m", "ratio_rate1h");
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
        Should.NotThrow(() => ObjectiveKeys.Objectives(Recording(step)));
    }

    [Test]
    public void A_series_that_only_a_newer_image_has_is_detected() => Should.Throw<ShouldAssertException>(
            () => ObjectiveKeys.Objectives(Recording(new UpgradeStep(CoreDnsChart.Default))))
        .Message.ShouldContain("uses series that CoreDNS does not export");

    private static RenderedCluster Recording(UpgradeStep step)
    {
        var platform = KeysCriterion.Switched(StorySample.Tree.Platform).InEachCluster(step.In);
        return RenderedCluster.From(DefinedTree.Generated(platform, null), StorySample.Cluster, tree =>
        {
            foreach (var rule in tree.Get("PrometheusRule", "coredns-slo").At("spec.groups")!.AsArray()
                .SelectMany(group => group!["rules"]!.AsArray()).Where(rule => rule!["record"] is not null))
            {
                rule!["expr"] = ((string)rule["expr"]!).Replace("coredns_dns_responses_total", Newer);
            }
        });
    }
}
