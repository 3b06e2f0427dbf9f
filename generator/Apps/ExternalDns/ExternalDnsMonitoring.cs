namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>Metrics and alerts, by the names of External-DNS 0.22. docs/alerts.md is the runbook.</summary>
internal static class ExternalDnsMonitoring
{
    // A restart and a first run at a slow provider are over within the alert's five minutes.
    private const int ShortestSilence = 120;

    private const int IntervalsOfSilence = 4;

    // In seconds: longer than a rollout of many Services.
    private const int ShortestUnrest = 3600;

    private const int IntervalsOfUnrest = 10;

    // A window that has just begun to fill is not meaningful.
    private const int RunsOfUnrest = 6;

    private const string LastSync = "external_dns_controller_last_sync_timestamp_seconds";

    public static Mapping Service(DnsInstance instance) =>
        Resources.Object("v1", "Service", ExternalDnsNames.Metadata(instance), new Mapping
    {
        { "selector", ExternalDnsNames.Labels(instance) },
        { "ports", Sequence.Of(PodParts.ServicePort(ExternalDnsNames.PortName, ExternalDnsNames.Port)) },
    });

    public static Mapping ServiceMonitor(Cluster cluster, DnsInstance instance) => PodParts.ServiceMonitor(
        Resources.Metadata(ExternalDnsNames.Of(instance), ExternalDnsNames.Namespace,
            ExternalDnsNames.Labels(instance).Set("release", cluster.Monitoring.Release.Text)),
        ExternalDnsNames.Selector(instance), [ExternalDnsNames.PortName]);

    public static Mapping Rule(ImmutableArray<DnsInstance> instances, SourceRepository repository) => Alert.PrometheusRule(
        ExternalDnsNames.Name, ExternalDnsNames.Namespace, Alerts(instances), repository,
        new Mapping { { ExternalDnsNames.AppLabel, ExternalDnsNames.Name } });

    private static IEnumerable<Alert> Alerts(ImmutableArray<DnsInstance> instances)
    {
        var series = Series(instances);
        // The time stamp is 0 until the first success, so only the alert's own time gives a new pod time for its first run.
        yield return Alert.Critical("ExternalDNSSyncFailure", after: "5m",
            $"time() - max by (job) ({LastSync}{{{series}}}) > "
                + $"{Math.Max(ShortestSilence, IntervalsOfSilence * LongestInterval(instances))}",
            "{{ $labels.job }} does not synchronize.",
            "Changes of Services and Ingresses do not reach the zone; records that are there stay.");
        yield return Alert.Critical("ExternalDNSDown", after: "5m",
            string.Join(" or ", instances.Select(instance =>
                $"absent(external_dns_build_info{{job=\"{ExternalDnsNames.Of(instance)}\"}})")),
            "{{ $labels.job }} is not there, or is not scraped.",
            "It ends where it cannot reach its provider at the start, and begins again.");
        // Without transfers it never reads a record, and asks for all of them to be created in every interval. A dry run has not
        // written what it could read, and finds the same changes every time.
        ImmutableArray<DnsInstance> reading = [.. instances.Where(instance => ReadsItsZone(instance) && !instance.DryRun)];
        if (!reading.IsEmpty)
        {
            yield return Alert.Critical("ExternalDNSReadsNothing", after: "5m",
                $"external_dns_registry_endpoints_total{{{Series(reading)}}} == 0 "
                    + $"and on (job) external_dns_source_endpoints_total{{{Series(reading)}}} > 0",
                "{{ $labels.job }} has records to write and reads none from the zone.",
                "The zone's transfer is refused, or its updates are: records of others may have been written to.");
            var window = Math.Max(ShortestUnrest, IntervalsOfUnrest * LongestInterval(reading));
            yield return Alert.Warning("ExternalDNSRewrites", after: "10m",
                $"max by (job) (rate(external_dns_controller_no_op_runs_total{{{Series(reading)}}}[{window}s])) == 0 "
                    + $"and on (job) max by (job) (changes({LastSync}{{{Series(reading)}}}[{window}s])) >= {RunsOfUnrest}",
                "{{ $labels.job }} changes records in every run.",
                "It does not read what it wrote: each run writes the same records again.");
        }
    }

    private static bool ReadsItsZone(DnsInstance instance) => instance is not { Provider: DnsProvider.Rfc2136, Rfc2136.Transfers: false };

    private static string Series(ImmutableArray<DnsInstance> instances) =>
        $"job=~\"{string.Join('|', instances.Select(ExternalDnsNames.Of))}\"";

    private static int LongestInterval(ImmutableArray<DnsInstance> instances) =>
        (int)instances.Max(instance => instance.Interval.Span.TotalSeconds);
}
