using System.Collections.Immutable;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The alerts on CoreDNS. docs/alerts.md is their runbook; each has a case that fires and one that does not in the
/// tests.</summary>
internal static class CoreDnsAlerts
{
    private const string Series = $"job=\"{CoreDnsNames.MetricsJob}\",namespace=\"{CoreDnsNames.Namespace}\"";

    private const string Hits = $"rate(coredns_cache_hits_total{{{Series}}}[10m])";

    private const string Forwarded = $"rate(coredns_proxy_request_duration_seconds_count{{{Series},proxy_name=\"forward\"}}[10m])";

    public static readonly ImmutableArray<Alert> All =
    [
        new Alert
        {
            Name = "CoreDNSAbsent",
            Expression = $"absent(up{{{Series}}})",
            For = "5m",
            Severity = "critical",
            Summary = "No CoreDNS is scraped.",
            Description = "The monitoring finds no CoreDNS target at all: the metrics Service, the ServiceMonitor or every pod is gone.",
        },
        new Alert
        {
            Name = "CoreDNSDown",
            Expression = $"up{{{Series}}} == 0",
            For = "2m",
            Severity = "critical",
            Summary = "CoreDNS pod {{ $labels.pod }} does not answer its scrape.",
            Description = "Port 9153 of {{ $labels.instance }} has not answered for two minutes; the pod is likely not serving DNS either.",
        },
        new Alert
        {
            Name = "CoreDNSHighQueryRate",
            Expression = $"sum by (pod) (rate(coredns_dns_requests_total{{{Series}}}[5m])) > 5000",
            For = "10m",
            Severity = "warning",
            Summary = "CoreDNS pod {{ $labels.pod }} gets {{ $value | humanize }} queries per second.",
            Description =
                "One replica with the default CPU limit was measured at about 11,000 cached answers per second; add replicas before " +
                "half of that is passed for long.",
        },
        new Alert
        {
            Name = "CoreDNSHighErrorRate",
            Expression =
                $"sum(rate(coredns_dns_responses_total{{{Series},rcode=\"SERVFAIL\"}}[5m])) / " +
                $"sum(rate(coredns_dns_responses_total{{{Series}}}[5m])) > 0.05",
            For = "5m",
            Severity = "critical",
            Summary = "{{ $value | humanizePercentage }} of the DNS answers are SERVFAIL.",
            Description =
                "More than 5 % of all answers are SERVFAIL: look at the upstream servers and at the API server's reachability first.",
        },
        new Alert
        {
            Name = "CoreDNSLatencyHigh",
            Expression = $"histogram_quantile(0.99, sum by (le) (rate(coredns_dns_request_duration_seconds_bucket{{{Series}}}[5m]))) > 0.1",
            For = "10m",
            Severity = "warning",
            Summary = "99 % of DNS answers take up to {{ $value | humanizeDuration }}.",
            Description = "The slowest hundredth of all answers takes more than 100 ms: CPU throttling or slow upstream servers.",
        },
        new Alert
        {
            Name = "CoreDNSForwardLatencyHigh",
            Expression =
                "histogram_quantile(0.99, sum by (to, le) " +
                $"(rate(coredns_proxy_request_duration_seconds_bucket{{{Series},proxy_name=\"forward\"}}[5m]))) > 0.5",
            For = "10m",
            Severity = "warning",
            Summary = "Upstream {{ $labels.to }} takes up to {{ $value | humanizeDuration }}.",
            Description = "The slowest hundredth of the queries forwarded to {{ $labels.to }} takes more than 500 ms.",
        },
        new Alert
        {
            Name = "CoreDNSForwardRejects",
            Expression = $"sum by (pod) (rate(coredns_forward_max_concurrent_rejects_total{{{Series}}}[5m])) > 0",
            // Longer than the window: one burst is over by then.
            For = "10m",
            Severity = "warning",
            Summary = "CoreDNS pod {{ $labels.pod }} refuses {{ $value | humanize }} queries per second.",
            Description =
                "More queries than max_concurrent wait for upstream servers, and CoreDNS refuses what comes on top: the servers answer " +
                "slowly or not at all.",
        },
        new Alert
        {
            Name = "CoreDNSCacheOverflow",
            Expression =
                $"sum by (pod) (rate(coredns_cache_evictions_total{{{Series}}}[10m])) / sum by (pod) " +
                $"(rate(coredns_cache_requests_total{{{Series}}}[10m])) > 0.1",
            For = "15m",
            Severity = "warning",
            Summary = "The cache of {{ $labels.pod }} overflows.",
            Description =
                "More than 10 % of the cache requests evict a valid entry: the cache is too small for the names that are queried.",
        },
        new Alert
        {
            Name = "CoreDNSCacheHitRateLow",
            // Not the cache's misses: it counts names that it must not keep, such as the cluster's under the health controller.
            Expression =
                $"sum({Hits}) / (sum({Hits}) + sum({Forwarded})) < 0.5 and sum({Forwarded}) > 10",
            For = "30m",
            Severity = "warning",
            Summary = "The cache answers only {{ $value | humanizePercentage }} of the names that are forwarded otherwise.",
            Description =
                "Most names outside the cluster are asked of the upstream servers again and again: many different names, or short TTLs.",
        },
        new Alert
        {
            Name = "CoreDNSPodCrashLooping",
            // Of kube-state-metrics.
            Expression =
                $"max by (pod) (max_over_time(kube_pod_container_status_waiting_reason{{namespace=\"{CoreDnsNames.Namespace}\"," +
                "container=\"coredns\",reason=\"CrashLoopBackOff\"}[5m])) >= 1",
            For = "5m",
            Severity = "warning",
            Summary = "CoreDNS pod {{ $labels.pod }} starts and ends again and again.",
            Description = "Its log says why: most often the Corefile, a loop, or the memory limit.",
        },
    ];

    public static Mapping Rule(SourceRepository repository) =>
        Alert.PrometheusRule(CoreDnsNames.Release, CoreDnsNames.Namespace, All, repository);
}
