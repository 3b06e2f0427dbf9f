using System.Collections.Frozen;

namespace PlatformGitOps.Generator.Charts;

/// <summary>
/// What CoreDNS 1.11.4 exports at /metrics: read from the plugins' sources and compared with the answer of a running server. Not here,
/// although the documentation still lists them: <c>coredns_forward_requests_total</c>, <c>coredns_forward_responses_total</c>,
/// <c>coredns_forward_request_duration_seconds</c> and <c>coredns_forward_healthcheck_failures_total</c>.
/// </summary>
public static class CoreDnsMetrics
{
    private static readonly Metric[] All =
    [
        Plain("build_info", "version", "revision", "goversion"),
        Plain("panics_total"),
        Plain("plugin_enabled", "server", "zone", "view", "name"),
        Plain("dns_requests_total", "server", "zone", "view", "proto", "family", "type"),
        Plain("dns_do_requests_total", "server", "zone", "view"),
        Plain("dns_responses_total", "server", "zone", "view", "rcode", "plugin"),
        Plain("dns_https_responses_total", "server", "status"),
        Plain("dns_quic_responses_total", "server", "status"),
        Histogram("dns_request_duration_seconds", "server", "zone", "view"),
        Histogram("dns_request_size_bytes", "server", "zone", "view", "proto"),
        Histogram("dns_response_size_bytes", "server", "zone", "view", "proto"),
        Plain("cache_entries", "server", "type", "zones", "view"),
        Plain("cache_requests_total", "server", "zones", "view"),
        Plain("cache_hits_total", "server", "type", "zones", "view"),
        Plain("cache_misses_total", "server", "zones", "view"),
        Plain("cache_prefetch_total", "server", "zones", "view"),
        Plain("cache_drops_total", "server", "zones", "view"),
        Plain("cache_served_stale_total", "server", "zones", "view"),
        Plain("cache_evictions_total", "server", "type", "zones", "view"),
        Plain("forward_healthcheck_broken_total"),
        Plain("forward_max_concurrent_rejects_total"),
        Histogram("proxy_request_duration_seconds", "proxy_name", "to", "rcode"),
        Plain("proxy_healthcheck_failures_total", "proxy_name", "to"),
        Plain("proxy_conn_cache_hits_total", "proxy_name", "to", "proto"),
        Plain("proxy_conn_cache_misses_total", "proxy_name", "to", "proto"),
        Histogram("health_request_duration_seconds"),
        Plain("health_request_failures_total"),
        Histogram("kubernetes_dns_programming_duration_seconds", "service_kind"),
        Histogram("kubernetes_rest_client_request_duration_seconds", "verb", "host"),
        Histogram("kubernetes_rest_client_rate_limiter_duration_seconds", "verb", "host"),
        Plain("kubernetes_rest_client_requests_total", "code", "method", "host"),
        Plain("reload_failed_total"),
        Plain("reload_version_info", "hash", "value"),
        Plain("local_localhost_requests_total"),
        Plain("hosts_entries", "hostsfile"),
        Plain("hosts_reload_timestamp_seconds"),
        Plain("autopath_success_total", "server"),
        Plain("acl_blocked_requests_total", "server", "zone", "view"),
        Plain("acl_filtered_requests_total", "server", "zone", "view"),
        Plain("acl_allowed_requests_total", "server", "view"),
        Plain("acl_dropped_requests_total", "server", "zone", "view"),
        Plain("dns64_requests_translated_total", "server"),
        Plain("dnssec_cache_entries", "server", "type"),
        Plain("dnssec_cache_hits_total", "server"),
        Plain("dnssec_cache_misses_total", "server"),
        Plain("grpc_requests_total", "to"),
        Plain("grpc_responses_total", "rcode", "to"),
        Histogram("grpc_request_duration_seconds", "to"),
        Plain("template_matches_total", "server", "zone", "view", "class", "type"),
        Plain("template_template_failures_total", "server", "zone", "view", "class", "type", "section", "template"),
        Plain("template_rr_failures_total", "server", "zone", "view", "class", "type", "section", "template"),
    ];

    /// <summary>By the names under which series can be asked for.</summary>
    public static readonly FrozenDictionary<string, Metric> Series = All
        .SelectMany(metric => metric.Series.Select(series => (series, metric)))
        .ToFrozenDictionary(pair => pair.series, pair => pair.metric, StringComparer.Ordinal);

    private static Metric Plain(string name, params string[] labels) => new("coredns_" + name, false, [.. labels]);

    private static Metric Histogram(string name, params string[] labels) => new("coredns_" + name, true, [.. labels]);
}
