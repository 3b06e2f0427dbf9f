namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>
/// The series that CoreDNS 1.11.4 exports with the plugins of the story (its source, plugin/*/metrics.go), histograms with their
/// three series each. Some appear only after the first event, so that one scrape cannot tell them all; the live half checks
/// that what it scrapes is in here.
/// </summary>
public static class ExportedMetrics
{
    private static readonly string[] Histograms =
    [
        "coredns_dns_request_duration_seconds", "coredns_dns_request_size_bytes", "coredns_dns_response_size_bytes",
        "coredns_proxy_request_duration_seconds", "coredns_health_request_duration_seconds", "coredns_kubernetes_dns_programming_duration_seconds",
        "coredns_kubernetes_rest_client_request_duration_seconds", "coredns_kubernetes_rest_client_rate_limiter_duration_seconds",
    ];

    private static readonly string[] Plain =
    [
        "coredns_build_info", "coredns_panics_total", "coredns_plugin_enabled",
        "coredns_dns_requests_total", "coredns_dns_do_requests_total", "coredns_dns_responses_total",
        "coredns_cache_entries", "coredns_cache_requests_total", "coredns_cache_hits_total", "coredns_cache_misses_total",
        "coredns_cache_prefetch_total", "coredns_cache_drops_total", "coredns_cache_served_stale_total", "coredns_cache_evictions_total",
        "coredns_forward_healthcheck_broken_total", "coredns_forward_max_concurrent_rejects_total",
        "coredns_proxy_healthcheck_failures_total", "coredns_proxy_conn_cache_hits_total", "coredns_proxy_conn_cache_misses_total",
        "coredns_health_request_failures_total", "coredns_hosts_entries", "coredns_hosts_reload_timestamp_seconds",
        "coredns_kubernetes_rest_client_requests_total", "coredns_local_localhost_requests_total",
        "coredns_reload_failed_total", "coredns_reload_version_info",
        "coredns_template_matches_total", "coredns_template_template_failures_total", "coredns_template_rr_failures_total",
    ];

    public static IReadOnlySet<string> Names { get; } = Plain
        .Concat(Histograms.SelectMany(name => new[] { name, $"{name}_bucket", $"{name}_sum", $"{name}_count" }))
        .ToHashSet();
}
