using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC3", "Metrics on :9153 are scraped through the ServiceMonitor, coredns_* series can be queried, and the alert rules work")]
public static partial class AC3Observability
{
    private static readonly string[] Alerts =
    [
        "CoreDNSAbsent", "CoreDNSDown", "CoreDNSHighQueryRate", "CoreDNSHighErrorRate",
        "CoreDNSLatencyHigh", "CoreDNSForwardLatencyHigh", "CoreDNSCacheOverflow",
    ];

    [Row("AC3.1", "Metrics endpoint exposed on :9153",
        Sees = "the Corefile's prometheus plugin, the container port and the metrics Service")]
    public static void Endpoint(RenderedCluster tree)
    {
        var plugin = CorefilePlugins.Find(tree.Corefile, "prometheus");
        plugin.ShouldNotBeNull("the Corefile has no prometheus plugin");
        plugin.Arguments[0].Split(':')[^1].ShouldBe("9153", "the metrics Service leads to port 9153, whatever the plugin says");
        tree.Container.Parts("ports").Select(port => port.Number("containerPort")).ShouldContain(9153);
    }

    [Row("AC3.2", "ServiceMonitor selects the metrics Service",
        Sees = "the ServiceMonitor's selector, namespace and port against the Service coredns-metrics")]
    public static void Monitor(RenderedCluster tree)
    {
        var monitor = tree.FindOrNull("ServiceMonitor", "coredns");
        monitor.ShouldNotBeNull("no ServiceMonitor is rendered");
        var services = tree.All.Where(resource => resource.Kind == "Service" && Selectors.Matches(monitor.Part("spec.selector"), resource.Labels)).ToList();
        services.ShouldNotBeEmpty("the ServiceMonitor selects no Service");
        var service = services[0];
        monitor.Texts("spec.namespaceSelector.matchNames").ShouldContain(service.Namespace ?? "");
        monitor.Parts("spec.endpoints").Select(endpoint => endpoint.Text("port"))
            .ShouldBeSubsetOf(service.Parts("spec.ports").Select(port => port.Text("name")), "the ServiceMonitor names a port that the Service has not");
        Selectors.Matches(service.Map("spec.selector"), tree.PodTemplate.Labels).ShouldBeTrue("the metrics Service selects no DNS pod");
        monitor.Labels.GetValueOrDefault("release").ShouldBe(tree.Settings["MONITORING_RELEASE"], "the monitoring selects by this label");
    }

    [Row("AC3.4", "All alert rules are there and watch series that exist",
        Sees = "the PrometheusRule: the seven alerts, only metrics that CoreDNS 1.11.4 exports, the job label that the ServiceMonitor gives")]
    public static void Rules(RenderedCluster tree)
    {
        var rule = tree.FindOrNull("PrometheusRule", "coredns");
        rule.ShouldNotBeNull("no PrometheusRule is delivered");
        var rules = rule.Parts("spec.groups").SelectMany(group => group.Parts("rules")).Where(entry => entry.Text("alert") is not null).ToList();
        Alerts.Except(rules.Select(entry => entry.Text("alert")!)).ShouldBeEmpty("alerts of the story that are missing");
        foreach (var alert in rules)
        {
            var expression = alert.Text("expr") ?? "";
            MetricNames().Matches(expression).Select(match => match.Value).Except(ExportedMetrics.Names)
                .ShouldBeEmpty($"{alert.Text("alert")} watches series that CoreDNS {Rendering.Chart.ChartModel.AppVersion} does not export: it never fires");
            JobLabels().Matches(expression).Select(match => match.Groups[1].Value).Where(job => job != "coredns-metrics")
                .ShouldBeEmpty($"{alert.Text("alert")} watches a job that no scrape has: the job label is the name of the metrics Service");
            alert.Text("annotations.runbook_url").ShouldNotBeNullOrEmpty($"{alert.Text("alert")} has no runbook");
        }
    }

    [GeneratedRegex(@"\bcoredns_[a-z0-9_]+")]
    private static partial Regex MetricNames();

    [GeneratedRegex(@"job=""([^""]*)""")]
    private static partial Regex JobLabels();
}
