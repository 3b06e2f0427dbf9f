namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// The alerts on CoreDNS. docs/alerts.md is their runbook; the tests have a case that fires and one that does not for each.
/// </summary>
internal static class CoreDnsAlerts
{
    private const string Series = $"job=\"{CoreDnsNames.MetricsJob}\",namespace=\"{CoreDnsNames.Namespace}\"";

    private const string Hits = $"rate(coredns_cache_hits_total{{{Series}}}[10m])";

    private const string Forwarded = $"rate(coredns_proxy_request_duration_seconds_count{{{Series},proxy_name=\"forward\"}}[10m])";

    /// <summary>
    /// Queries per second that leave room for a burst: a third of the measured rate of one replica at 500m, and less than half of that
    /// without a limit (docs/benchmarks-dns.md, profile story, internal names).
    /// </summary>
    public static int HighQueryRate(Quantity? cpuLimit) => cpuLimit is null ? 10_000 : (int)decimal.Round(cpuLimit.Amount * 9_000m);

    public static readonly ImmutableArray<Alert> All =
    [
        Alert.Critical("CoreDNSAbsent", after: "5m",
            $"absent(up{{{Series}}})",
            "No CoreDNS is scraped.",
            "The monitoring finds no CoreDNS target at all: the metrics Service, the ServiceMonitor or every pod is gone."),
        Alert.Critical("CoreDNSDown", after: "2m",
            $"up{{{Series}}} == 0",
            "CoreDNS pod {{ $labels.pod }} does not answer its scrape.",
            "Port 9153 of {{ $labels.instance }} has not answered for two minutes; the pod is likely not serving DNS either."),
        Alert.Warning("CoreDNSHighQueryRate", after: "10m",
            $"sum by (pod) (rate(coredns_dns_requests_total{{{Series}}}[5m])) > ${{{CoreDnsVariables.HighQueryRate}}}",
            "CoreDNS pod {{ $labels.pod }} gets {{ $value | humanize }} queries per second.",
            "At its CPU limit it has little room for a burst, or for the queries of a replica that fails. Add replicas, or raise " +
                "dns.resources.limits.cpu."),
        Alert.Critical("CoreDNSHighErrorRate", after: "5m",
            $"sum(rate(coredns_dns_responses_total{{{Series},rcode=\"SERVFAIL\"}}[5m])) / " +
                $"sum(rate(coredns_dns_responses_total{{{Series}}}[5m])) > 0.05",
            "{{ $value | humanizePercentage }} of the DNS answers are SERVFAIL.",
            "More than 5 % of all answers are SERVFAIL: look at the upstream servers and at the API server's reachability first."),
        Alert.Warning("CoreDNSLatencyHigh", after: "10m",
            $"histogram_quantile(0.99, sum by (le) (rate(coredns_dns_request_duration_seconds_bucket{{{Series}}}[5m]))) > 0.1",
            "99 % of DNS answers take up to {{ $value | humanizeDuration }}.",
            "The slowest hundredth of all answers takes more than 100 ms: CPU throttling or slow upstream servers."),
        Alert.Warning("CoreDNSForwardLatencyHigh", after: "10m",
            "histogram_quantile(0.99, sum by (to, le) " +
                $"(rate(coredns_proxy_request_duration_seconds_bucket{{{Series},proxy_name=\"forward\"}}[5m]))) > 0.5",
            "Upstream {{ $labels.to }} takes up to {{ $value | humanizeDuration }}.",
            "The slowest hundredth of the queries forwarded to {{ $labels.to }} takes more than 500 ms."),
        // Longer than the window, so that a single burst is over by then.
        Alert.Warning("CoreDNSForwardRejects", after: "10m",
            $"sum by (pod) (rate(coredns_forward_max_concurrent_rejects_total{{{Series}}}[5m])) > 0",
            "CoreDNS pod {{ $labels.pod }} refuses {{ $value | humanize }} queries per second.",
            "More queries than max_concurrent wait for upstream servers, and CoreDNS refuses what comes on top: the servers answer " +
                "slowly or not at all."),
        Alert.Warning("CoreDNSCacheOverflow", after: "15m",
            $"sum by (pod) (rate(coredns_cache_evictions_total{{{Series}}}[10m])) / sum by (pod) " +
                $"(rate(coredns_cache_requests_total{{{Series}}}[10m])) > 0.1",
            "The cache of {{ $labels.pod }} overflows.",
            "More than 10 % of the cache requests evict a valid entry: the cache is too small for the names that are queried."),
        // Does not use the metric of cache misses: it also counts names that are never cached, such as the cluster's under the health
        // controller.
        Alert.Warning("CoreDNSCacheHitRateLow", after: "30m",
            $"sum({Hits}) / (sum({Hits}) + sum({Forwarded})) < 0.5 and sum({Forwarded}) > 10",
            "The cache answers only {{ $value | humanizePercentage }} of the names that are forwarded otherwise.",
            "Most names outside the cluster are asked of the upstream servers again and again: many different names, or short TTLs."),
        // From kube-state-metrics. The geo servers also have a container of this name in this namespace.
        Alert.Warning("CoreDNSPodCrashLooping", after: "5m",
            $"max by (pod) (max_over_time(kube_pod_container_status_waiting_reason{{namespace=\"{CoreDnsNames.Namespace}\"," +
                $"pod=~\"{CoreDnsNames.Release}-.*\",container=\"coredns\",reason=\"CrashLoopBackOff\"}}[5m])) >= 1",
            "CoreDNS pod {{ $labels.pod }} starts and ends again and again.",
            "Its log says why: most often the Corefile, a loop, or the memory limit."),
    ];

    public static Mapping Rule(SourceRepository repository) =>
        Alert.PrometheusRule(CoreDnsNames.Release, CoreDnsNames.Namespace, All, repository);
}
