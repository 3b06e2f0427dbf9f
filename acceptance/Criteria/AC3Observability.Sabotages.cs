using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC3Observability
{
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
            text => text.Replace("prometheus :9153", "prometheus :9154", StringComparison.Ordinal))
                .With(Scraped, "AC3.2", "AC3.3", "AC3.4", "AC3.6"),
        Patched("metrics Service lost its label", "AC3.2", "Services that the ServiceMonitor selects",
            ResourceKind.Service.Named("coredns-metrics", "kube-system"),
            """{"metadata":{"labels":{"app.kubernetes.io/component":null}}}""",
            """{"metadata":{"labels":{"app.kubernetes.io/component":"metrics"}}}""", rolls: false)
            .With(Scraped, "AC3.3", "AC3.4", "AC3.6"),
        LiveSabotage.Deleted(
            "ServiceMonitor deleted", "AC3.2", "there is no ServiceMonitor", ResourceKind.ServiceMonitor.Named("coredns", "kube-system"))
            .With(Scraped, "AC3.3", "AC3.4", "AC3.6"),
        Alert("alert on a dead metric", "AC3.4", "CoreDNSForwardLatencyHigh reads no series of", "CoreDNSForwardLatencyHigh",
            text => text.Replace("coredns_proxy_request", "coredns_forward_request", StringComparison.Ordinal)),
        Alert("alert that cannot be evaluated", "AC3.4", "CoreDNSCacheOverflow", "CoreDNSCacheOverflow",
            _ => "coredns_cache_entries * on (server) coredns_cache_requests_total"),
        Alert("alert that never fires", "AC3.5", "CoreDNSDown", "CoreDNSDown",
            text => text.Replace("== 0", "== 2", StringComparison.Ordinal)),
    ];

    private static JsonArray Rules(Rendering.SabotagedTree tree) => tree.Get("PrometheusRule", "coredns")
        .At("spec.groups[0].rules")!.AsArray();

    private static JsonNode Rule(Rendering.SabotagedTree tree, string alert) => Rules(tree)
        .Single(rule => (string?)rule!["alert"] == alert)!;
}
