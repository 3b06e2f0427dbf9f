using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC3", "Metrics on :9153 are scraped through the ServiceMonitor, coredns_* series can be queried, and the alert rules work")]
[Check("AC3.1", "Metrics endpoint exposed", "Prometheus metrics returned on :9153, coredns_* series among them",
    Command = "kubectl --context {context} -n kube-system port-forward deploy/coredns 9153 & curl localhost:9153/metrics")]
[Check("AC3.2", "ServiceMonitor enabled", "ServiceMonitor exists, with {COREDNS_REPLICAS} targets",
    Command = "kubectl --context {context} -n kube-system get servicemonitor coredns -o yaml", Needs = Feature.Monitoring)]
[Check("AC3.3", "Metrics in VictoriaMetrics", "Time series data present: coredns_dns_requests_total of {COREDNS_REPLICAS} pods",
    Command = "curl http://localhost:8481/select/0/prometheus/api/v1/query?query=coredns_dns_requests_total", Needs = Feature.Monitoring)]
[Check("AC3.4", "All alert rules exist and use series that exist", "the seven alerts of the story load, evaluate and do not fire",
    Command = "kubectl --context {context} -n kube-system get prometheusrule coredns -o yaml", Needs = Feature.Monitoring)]
[Check("AC3.5", "CoreDNSDown fires for a pod that is not scraped, and CoreDNSAbsent when no pod is left",
    "both fire, and stop when the pods are back",
    Command = "curl http://localhost:8880/api/v1/alerts", Needs = Feature.Monitoring)]
[Check("AC3.6", "Every panel of the Grafana dashboard about CoreDNS shows series", "a series for each query of these panels",
    Command = "curl http://localhost:8481/select/0/prometheus/api/v1/query?query=<expression of the panel>", Needs = Feature.Monitoring)]
public static partial class AC3Observability
{
    private static readonly string[] Alerts =
    [
        "CoreDNSAbsent", "CoreDNSDown", "CoreDNSHighQueryRate", "CoreDNSHighErrorRate",
        "CoreDNSLatencyHigh", "CoreDNSForwardLatencyHigh", "CoreDNSCacheOverflow",
    ];

    /// <summary>What this CoreDNS exports; the generator checks alerts against the same list.</summary>
    internal static IEnumerable<string> Exported(RenderedCluster tree) => CoreDnsChart.For(
        tree.Platform.Charts["coredns"].Version, ChartOutput.CoreDns(tree.Platform, tree.Definition)).Series.Keys;

    [StaticCheck("AC3.1", "the Corefile's prometheus plugin and the metrics Service of the release")]
    public static void Endpoint(RenderedCluster tree)
    {
        var plugin = Plugin(tree);
        plugin.ShouldNotBeNull("the Corefile has no prometheus plugin");
        plugin.Arguments[0].Split(':')[^1].ShouldBe("9153", "the metrics Service leads to port 9153, whatever the plugin says");
    }

    [StaticCheck(
        "AC3.2", "prometheus.service and prometheus.monitor of the release: both enabled, with the chart's selectors and the " +
            "monitoring's label")]
    public static void Monitor(RenderedCluster tree)
    {
        tree.Values.Flag("prometheus.monitor.enabled").ShouldBe(true, "no ServiceMonitor is rendered");
        tree.Values.Flag("prometheus.service.enabled").ShouldBe(true, "the ServiceMonitor selects no Service");
        tree.Values.At("prometheus.monitor.selector")
            .ShouldBeNull("the ServiceMonitor selects by other labels than those of the metrics Service");
        (tree.Values.Map("prometheus.service.selector") is not { Count: > 0 } selector || Selectors.Matches(selector, tree.PodLabels))
            .ShouldBeTrue("the metrics Service selects no DNS pod");
        tree.Values.Map("prometheus.monitor.additionalLabels").GetValueOrDefault("release")
            .ShouldBe(tree.Settings["MONITORING_RELEASE"], "the monitoring selects by this label");
    }

    [StaticCheck(
        "AC3.4", "the PrometheusRule: the seven alerts, only metrics that this CoreDNS exports, the job label that the ServiceMonitor " +
            "gives")]
    public static void Rules(RenderedCluster tree)
    {
        var rule = tree.FindOrNull("PrometheusRule", "coredns");
        rule.ShouldNotBeNull("no PrometheusRule is delivered");
        var rules = rule.Parts("spec.groups").SelectMany(group => group.Parts("rules"))
            .Where(entry => entry.Text("alert") is not null).ToList();
        Alerts.Except(rules.Select(entry => entry.Text("alert")!)).ShouldBeEmpty("alerts of the story that are missing");
        foreach (var alert in rules)
        {
            var (name, expression) = (alert.Text("alert"), alert.Text("expr") ?? "");
            MetricNames().Matches(expression).Select(match => match.Value).Except(Exported(tree))
                .ShouldBeEmpty($"{name} uses series that CoreDNS {ChartOutput.CoreDns(tree.Platform, tree.Definition)} does not export: "
                    + "it never fires");
            JobLabels().Matches(expression).Select(match => match.Groups[1].Value).Where(job => job != ChartOutput.MetricsService)
                .ShouldBeEmpty($"{name} uses a job that no scrape has: the job label is the name of the metrics Service");
            alert.Text("annotations.runbook_url").ShouldNotBeNullOrEmpty($"{name} has no runbook");
        }
    }

    private static CorefilePlugin? Plugin(RenderedCluster tree) => tree.Plugins.FirstOrDefault(plugin => plugin.Name == "prometheus");

    [GeneratedRegex(@"\bcoredns_[a-z0-9_]+")]
    private static partial Regex MetricNames();

    [GeneratedRegex(@"\b(?:coredns_[a-z0-9_]+|up)\b(?:\{[^}]*\})?")]
    private static partial Regex MetricSelectors();

    [GeneratedRegex(@"job=""([^""]*)""")]
    private static partial Regex JobLabels();
}
