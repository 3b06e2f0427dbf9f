using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

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

    /// <summary>The metrics of this CoreDNS version; the generator checks alerts with the same list.</summary>
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

    private const string Scraped = "it reads what is scraped, and nothing is";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("metrics on another port", "AC3.1", "leads to port 9153",
            tree => tree.Plugin("prometheus", plugin => plugin["parameters"] = ":9154")),
        new("no metrics", "AC3.1", "no prometheus plugin", tree => tree.WithoutPlugin("prometheus")),
        new("the seeds' key for the ServiceMonitor", "AC3.2", "no ServiceMonitor is rendered", tree =>
        {
            tree.Value("prometheus.monitor", null);
            tree.Value("serviceMonitor", new JsonObject { ["enabled"] = true });
        }),
        new("ServiceMonitor without the metrics Service", "AC3.2", "selects no Service",
            tree => tree.Value("prometheus.service.enabled", false)),
        new("ServiceMonitor without the monitoring's label", "AC3.2", "selects by this label",
            tree => tree.Value("prometheus.monitor.additionalLabels", new JsonObject())),
        new("no alert rules", "AC3.4", "no PrometheusRule", tree => tree.Remove("PrometheusRule", "coredns")),
        new("an alert is missing", "AC3.4", "CoreDNSDown", tree => Rules(tree).RemoveAll(rule => (string?)rule!["alert"] == "CoreDNSDown")),
        new("alert on a removed metric", "AC3.4", "does not export", tree => Rule(tree, "CoreDNSForwardLatencyHigh")["expr"] =
            "histogram_quantile(0.99, sum by (le) " +
                "(rate(coredns_forward_request_duration_seconds_bucket{job=\"coredns-metrics\"}[5m]))) > 1"),
        new("alert on a job that does not exist", "AC3.4", "a job that no scrape has",
            tree => Rule(tree, "CoreDNSAbsent")["expr"] = "absent(up{job=\"coredns\"})"),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Corefile("metrics on another port", "AC3.1", "the metrics of each pod can be read",
            text => text.Replace("prometheus :9153", "prometheus :9154"))
                .With(Scraped, "AC3.2", "AC3.3", "AC3.4", "AC3.6"),
        Patched("metrics Service lost its label", "AC3.2", "Services that the ServiceMonitor selects",
            ResourceKind.Service.Named("coredns-metrics", "kube-system"),
            """{"metadata":{"labels":{"app.kubernetes.io/component":null}}}""", rolls: false)
            .With(Scraped, "AC3.3", "AC3.4", "AC3.6"),
        LiveSabotage.Deleted(
            "ServiceMonitor deleted", "AC3.2", "ServiceMonitor kube-system/coredns does not exist",
            ResourceKind.ServiceMonitor.Named("coredns", "kube-system"))
            .With(Scraped, "AC3.3", "AC3.4", "AC3.6"),
        Alert("alert on a dead metric", "AC3.4", "CoreDNSForwardLatencyHigh reads no series of", "CoreDNSForwardLatencyHigh",
            text => text.Replace("coredns_proxy_request", "coredns_forward_request")),
        Alert("alert that cannot be evaluated", "AC3.4", "CoreDNSCacheOverflow", "CoreDNSCacheOverflow",
            _ => "coredns_cache_entries * on (server) coredns_cache_requests_total"),
        Alert("alert that never fires", "AC3.5", "CoreDNSDown", "CoreDNSDown",
            text => text.Replace("== 0", "== 2")),
    ];

    private static JsonArray Rules(Rendering.SabotagedTree tree) => tree.Get("PrometheusRule", "coredns")
        .At("spec.groups[0].rules")!.AsArray();

    private static JsonNode Rule(Rendering.SabotagedTree tree, string alert) => Rules(tree)
        .Single(rule => (string?)rule!["alert"] == alert)!;
}
