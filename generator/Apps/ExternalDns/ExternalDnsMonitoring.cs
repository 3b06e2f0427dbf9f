using System.Collections.Immutable;
using System.Globalization;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>Metrics and alerts, by the names that External-DNS 0.22 exports. docs/alerts.md is the runbook.</summary>
internal static class ExternalDnsMonitoring
{
    // Long enough for a restart and for a provider that is slow.
    private const int ShortestSilence = 300;

    private const int IntervalsOfSilence = 5;

    public static Mapping Service(DnsInstance instance) =>
        Resources.Object("v1", "Service", ExternalDnsNames.Metadata(instance), new Mapping
    {
        { "selector", ExternalDnsNames.Labels(instance) },
        { "ports", Sequence.Of(new Mapping
            {
                { "name", ExternalDnsNames.PortName },
                { "port", ExternalDnsNames.Port },
                { "targetPort", ExternalDnsNames.PortName },
                { "protocol", "TCP" },
            })
        },
    });

    public static Mapping ServiceMonitor(Cluster cluster, DnsInstance instance) => Resources.Object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        Resources.Metadata(ExternalDnsNames.Of(instance), ExternalDnsNames.Namespace,
            ExternalDnsNames.Labels(instance).Set("release", cluster.Monitoring.Release.Text)),
        new Mapping
        {
            { "selector", ExternalDnsNames.Selector(instance) },
            { "endpoints", Sequence.Of(new Mapping { { "port", ExternalDnsNames.PortName }, { "path", "/metrics" },
                { "interval", "30s" } }) },
        });

    public static Mapping Rule(ImmutableArray<DnsInstance> instances, SourceRepository repository) => Alert.PrometheusRule(
        ExternalDnsNames.Name, ExternalDnsNames.Namespace, Alerts(instances), repository,
        new Mapping { { ExternalDnsNames.AppLabel, ExternalDnsNames.Name } });

    private static IEnumerable<Alert> Alerts(ImmutableArray<DnsInstance> instances)
    {
        var jobs = string.Join('|', instances.Select(ExternalDnsNames.Of));
        var series = $"job=~\"{jobs}\"";
        var silence = Math.Max(ShortestSilence, IntervalsOfSilence * (int)instances.Max(instance => instance.Interval.Span.TotalSeconds));
        return
        [
            new Alert
            {
                Name = "ExternalDNSSyncFailure",
                // The time stamp is 0 until the first success.
                Expression = string.Create(CultureInfo.InvariantCulture,
                    $"time() - max by (job) (external_dns_controller_last_sync_timestamp_seconds{{{series}}}) > {silence}"),
                For = "1m",
                Severity = "critical",
                Summary = "{{ $labels.job }} has not synchronized for {{ $value | humanizeDuration }}.",
                Description = "Changes of Services and Ingresses do not reach the zone; records that are there stay.",
            },
            new Alert
            {
                Name = "ExternalDNSDown",
                Expression = string.Join(" or ", instances.Select(instance =>
                    $"absent(external_dns_build_info{{job=\"{ExternalDnsNames.Of(instance)}\"}})")),
                For = "5m",
                Severity = "critical",
                Summary = "{{ $labels.job }} is not there, or is not scraped.",
                Description = "It ends where it cannot reach its provider at the start, and begins again.",
            },
            new Alert
            {
                Name = "ExternalDNSReadsNothing",
                Expression = $"external_dns_registry_endpoints_total{{{series}}} == 0 "
                    + $"and on (job) external_dns_source_endpoints_total{{{series}}} > 0",
                For = "5m",
                Severity = "critical",
                Summary = "{{ $labels.job }} has records to write and reads none from the zone.",
                Description = "The zone's transfer is refused, or its updates are: records of others may have been written to.",
            },
        ];
    }
}
