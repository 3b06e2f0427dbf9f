using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Apps.Dashboard;

/// <summary>A panel of the dashboard.</summary>
/// <param name="Row">The heading of its row: a part of the platform.</param>
/// <param name="Title">Its title.</param>
/// <param name="Unit">Grafana's name of the unit, such as <c>reqps</c>.</param>
/// <param name="Queries">PromQL expressions with their legends.</param>
public sealed record DashboardPanel(string Row, string Title, string Unit, ImmutableArray<(string Expression, string Legend)> Queries);

/// <summary>
/// The dashboard "DNS Service Discovery". Its variables have no braces, because Flux would substitute them: <c>$datasource</c>,
/// <c>$cluster</c>, and Grafana's <c>$__rate_interval</c>.
/// </summary>
public static class DashboardModel
{
    public const string CoreDnsRow = "CoreDNS";

    private const string GeoRow = "Geographic routing";

    // The cluster label in a monitoring system of several clusters. "All" includes series without it.
    private const string ClusterLabel = "cluster";
    private const string Cluster = $"{ClusterLabel}=~\"${ClusterLabel}\"";

    private const int Width = 12;
    private const int Height = 8;
    private const int FullWidth = 24;

    private const string CoreDns = $"{Cluster},job=\"{CoreDnsNames.MetricsJob}\"";
    private const string Controller = $"{Cluster},job=\"{ControllerNames.Name}\"";
    private const string Records = $"{Cluster},job=~\"{ExternalDnsNames.Name}-.*\"";
    private const string Caches = $"{Cluster},job=\"{NodeLocalDnsNames.Name}\"";
    private const string Geo = $"{Cluster},job=\"{GeoDnsNames.Metrics}\"";

    private static readonly JsonWriterOptions Written =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly ImmutableArray<DashboardPanel> Panels =
    [
        new(CoreDnsRow, "Queries", "reqps", [($"sum by (pod) ({Rate("coredns_dns_requests_total", CoreDns)})", "{{pod}}")]),
        new(CoreDnsRow, "Answers", "reqps", [($"sum by (rcode) ({Rate("coredns_dns_responses_total", CoreDns)})", "{{rcode}}")]),
        new(CoreDnsRow, "Time to the answer", "s",
            [(Quantile(0.99, "coredns_dns_request_duration_seconds", CoreDns, "le"), "99 %"),
                (Quantile(0.5, "coredns_dns_request_duration_seconds", CoreDns, "le"), "50 %")]),
        new(CoreDnsRow, "Time of the upstream servers, 99 %", "s",
            [(Quantile(0.99, "coredns_proxy_request_duration_seconds", $"{CoreDns},proxy_name=\"forward\"", "to, le"), "{{to}}")]),
        // The cache's misses include names that are never cached, so misses are counted by forwarded queries.
        new(CoreDnsRow, "Forwarded names that the cache answers", "percentunit",
            [($"sum({Rate("coredns_cache_hits_total", CoreDns)}) / (sum({Rate("coredns_cache_hits_total", CoreDns)}) + " +
                $"sum({Rate("coredns_proxy_request_duration_seconds_count", $"{CoreDns},proxy_name=\"forward\"")}))", "answered")]),
        new(CoreDnsRow, "Pods that answer their scrape", "none", [($"sum(up{{{CoreDns}}})", "pods")]),
        new("DNS health controller", "Endpoints that fail or are out of DNS", "none",
            [($"sum by (namespace, service) (dns_unhealthy_endpoints{{{Controller}}})", "{{namespace}}/{{service}}")]),
        new("DNS health controller", "Endpoints removed from DNS and restored", "ops",
            [($"sum({Rate("dns_endpoints_removed_total", Controller)})", "removed"),
                ($"sum({Rate("dns_endpoints_added_total", Controller)})", "restored")]),
        new("DNS health controller", "Removals that a guard held back", "ops",
            [($"sum by (guard) ({Rate("dns_health_controller_held_back_total", Controller)})", "{{guard}}")]),
        new("DNS health controller", "Instances that lead", "none",
            [($"sum by (shard) (dns_health_controller_leader{{{Controller}}})", "leaders {{shard}}")]),
        new("External-DNS", "Time since the last synchronization", "s",
            [($"time() - max by (job) (external_dns_controller_last_sync_timestamp_seconds{{{Records}}})", "{{job}}")]),
        new("External-DNS", "Records wanted and found", "none",
            [($"sum by (job) (external_dns_source_endpoints_total{{{Records}}})", "{{job}} wanted"),
                ($"sum by (job) (external_dns_registry_endpoints_total{{{Records}}})", "{{job}} found")]),
        new("NodeLocal DNSCache", "Queries of each node", "reqps",
            [($"sum by (instance) ({Rate("coredns_dns_requests_total", Caches)})", "{{instance}}")]),
        new("NodeLocal DNSCache", "Queries that the nodes' caches answer", "percentunit",
            [($"sum by (instance) ({Rate("coredns_cache_hits_total", Caches)}) / "
                + $"sum by (instance) ({Rate("coredns_cache_requests_total", Caches)})", "{{instance}}")]),
        new(GeoRow, "Addresses of each region", "none",
            [($"max by (region, verdict) (dns_geo_targets{{{Geo}}})", "{{region}} {{verdict}}")]),
        new(GeoRow, "Names without a healthy address", "none", [($"max(dns_geo_fail_open_names{{{Geo}}})", "names")]),
    ];

    /// <summary>A panel's query as Grafana sends it for all clusters.</summary>
    public static string Asked(string expression, string rateInterval) => expression
        .Replace("$__rate_interval", rateInterval).Replace($"${ClusterLabel}", ".*");

    /// <summary>The dashboard in Grafana's JSON model, schema version 39; ends in a line break.</summary>
    public static string Json()
    {
        var panels = new JsonArray();
        var (id, top) = (1, 0);
        foreach (var row in Panels.GroupBy(panel => panel.Row))
        {
            panels.Add((JsonNode)new JsonObject
            {
                ["id"] = id++,
                ["type"] = "row",
                ["title"] = row.Key,
                ["collapsed"] = false,
                ["panels"] = new JsonArray(),
                ["gridPos"] = Place(0, top++, FullWidth, 1),
            });
            foreach (var (panel, index) in row.Select((panel, index) => (panel, index)))
            {
                panels.Add((JsonNode)Of(panel, id++, Place(index % 2 * Width, top + (index / 2 * Height), Width, Height)));
            }

            top += (row.Count() + 1) / 2 * Height;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Written))
        {
            Model(panels).WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static JsonObject Model(JsonArray panels) => new()
    {
        ["uid"] = DashboardApp.LayerName,
        ["title"] = "DNS Service Discovery",
        ["tags"] = new JsonArray("dns"),
        ["schemaVersion"] = 39,
        ["editable"] = false,
        ["refresh"] = "30s",
        ["time"] = new JsonObject { ["from"] = "now-3h", ["to"] = "now" },
        ["templating"] = new JsonObject
        {
            ["list"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "datasource",
                    ["label"] = "Data source",
                    ["type"] = "datasource",
                    ["query"] = "prometheus",
                },
                new JsonObject
                {
                    ["name"] = ClusterLabel,
                    ["label"] = "Cluster",
                    ["type"] = "query",
                    ["datasource"] = Source(),
                    ["query"] = $"label_values(up{{job=\"{CoreDnsNames.MetricsJob}\"}}, {ClusterLabel})",
                    ["refresh"] = 2,
                    ["includeAll"] = true,
                    ["allValue"] = ".*",
                    ["multi"] = true,
                    ["current"] = new JsonObject { ["text"] = "All", ["value"] = "$__all" },
                }),
        },
        ["panels"] = panels,
    };

    private static JsonObject Of(DashboardPanel panel, int id, JsonObject place) => new()
    {
        ["id"] = id,
        ["type"] = "timeseries",
        ["title"] = panel.Title,
        ["datasource"] = Source(),
        ["gridPos"] = place,
        ["fieldConfig"] = new JsonObject
        {
            ["defaults"] = new JsonObject { ["unit"] = panel.Unit, ["min"] = 0 },
            ["overrides"] = new JsonArray(),
        },
        ["targets"] = new JsonArray(
        [
            .. panel.Queries.Select((query, index) => new JsonObject
            {
                ["refId"] = ((char)('A' + index)).ToString(),
                ["datasource"] = Source(),
                ["expr"] = query.Expression,
                ["legendFormat"] = query.Legend,
            }),
        ]),
    };

    private static JsonObject Source() => new() { ["type"] = "prometheus", ["uid"] = "$datasource" };

    private static JsonObject Place(int left, int top, int width, int height) =>
        new() { ["x"] = left, ["y"] = top, ["w"] = width, ["h"] = height };

    private static string Rate(string series, string labels) => $"rate({series}{{{labels}}}[$__rate_interval])";

    private static string Quantile(double share, string histogram, string labels, string by) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"histogram_quantile({share}, sum by ({by}) ({Rate(histogram + "_bucket", labels)}))");
}
