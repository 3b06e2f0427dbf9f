namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>Scraping of servers and writers, and the alerts on them; docs/alerts.md is their runbook.</summary>
internal static class GeoDnsMonitoring
{
    private const string Series = $"job=\"{GeoDnsNames.Metrics}\"";

    public static readonly ImmutableArray<Alert> Alerts =
    [
        Alert.Critical("GeoDNSDown", after: "5m",
            $"absent(dns_geo_zone_serial{{{Series}}} > 0)",
            "No server of geographic DNS has zones, or none is scraped.",
            "Names of the geographic zone are not answered by this cluster; resolvers ask those of the other regions."),
        Alert.Critical("GeoDNSFailsOpen", after: "2m",
            $"max(dns_geo_fail_open_names{{{Series}}}) > 0",
            "{{ $value }} geographic names have no healthy address in any region.",
            "They are answered as if all were healthy. Where it is all names, this cluster reaches no region."),
        Alert.Warning("GeoDNSRegionDown", after: "2m",
            $"max by (region) (dns_geo_targets{{{Series},verdict=\"unhealthy\"}}) > 0 "
                + $"unless on (region) max by (region) (dns_geo_targets{{{Series},verdict=\"healthy\"}}) > 0",
            "No address in the region {{ $labels.region }} is healthy.",
            "Clients near to it are answered with another region."),
        Alert.Warning("GeoDNSZonesNotWritten", after: "5m",
            $"sum(rate(dns_geo_zone_writes_total{{{Series},result=\"failure\"}}[5m])) > 0",
            "The zones of geographic DNS cannot be written.",
            "The servers answer with the last ones: a region that dies stays in the answers."),
        Alert.Warning("GeoDNSFilesNotWritten", after: "5m",
            $"sum by (pod) (rate(dns_geo_zone_file_writes_total{{{Series},result=\"failure\"}}[5m])) > 0",
            "{{ $labels.pod }} cannot give the zones of geographic DNS to its server.",
            "This server answers with its last ones: a region that dies stays in its answers. The others are not affected."),
        Alert.Warning("GeoDNSInvalidServices", after: "15m",
            $"max(dns_geo_invalid_services{{{Series}}}) > 0",
            "The geographic routing of {{ $value }} Services has a fault.",
            "The Event InvalidGeoRouting of each says which: it is left out of the zone, counts with a default, or has addresses that are "
                + "not probed."),
    ];

    public static Mapping Rule(SourceRepository repository) =>
        Alert.PrometheusRule(GeoDnsNames.Name, GeoDnsNames.Namespace, Alerts, repository, GeoDnsNames.Labels());

    public static Mapping Service() => Resources.Object("v1", "Service",
        Resources.Metadata(GeoDnsNames.Metrics, GeoDnsNames.Namespace, Labels()), new Mapping
        {
            { "clusterIP", "None" },
            { "selector", GeoDnsNames.Labels() },
            { "ports", Sequence.Of(PodParts.ServicePort("metrics", GeoDnsNames.ServerMetricsPort),
                PodParts.ServicePort("zones", GeoDnsNames.WriterPort)) },
        });

    public static Mapping ServiceMonitor(Cluster cluster) => PodParts.ServiceMonitor(
        Resources.Metadata(GeoDnsNames.Name, GeoDnsNames.Namespace,
            GeoDnsNames.Labels().Set("release", cluster.Monitoring.Release.Text)),
        new Mapping { { "matchLabels", Labels() } }, ["metrics", "zones"]);

    /// <summary>Not the label of the clients' Service, which would be scraped too.</summary>
    private static Mapping Labels() => new() { { GeoDnsNames.AppLabel, GeoDnsNames.Metrics } };
}
