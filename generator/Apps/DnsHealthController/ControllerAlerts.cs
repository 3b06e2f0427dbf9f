namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The alerts on the controller's metrics (controller/Metrics/ControllerMetrics.cs). docs/alerts.md is their runbook.</summary>
internal static class ControllerAlerts
{
    private const string Series = $"job=\"{ControllerNames.Name}\"";

    private const string HeldBack = $"dns_health_controller_held_back_total{{{Series},guard=~\"last-endpoint|min-healthy|partition\"}}";

    private const string InternalErrors = $"dns_health_controller_internal_errors_total{{{Series}}}";

    public static readonly ImmutableArray<Alert> All =
    [
        // Fires also if nothing is scraped. The label shard exists if there are several shards.
        Alert.Warning("DNSHealthControllerWithoutLeader", after: "5m",
            $"max by (shard) (dns_health_controller_leader{{{Series}}}) == 0 or " +
                $"absent(max(dns_health_controller_leader{{{Series}}}))",
            "No DNS health controller acts{{ with $labels.shard }} for shard {{ . }}{{ end }}.",
            "No instance holds the Lease, or none is scraped: DNS goes on as it is, but endpoints that fail are not removed."),
        // Two scrapes of different age can show a hand-over as two leaders.
        Alert.Critical("DNSHealthControllerTwoLeaders", after: "2m",
            $"count by (shard) (dns_health_controller_leader{{{Series}}} == 1) > 1",
            "{{ $value }} DNS health controllers act at once{{ with $labels.shard }} for shard {{ . }}{{ end }}.",
            "More than one instance says that it holds the Lease."),
        Alert.Warning("DNSHealthControllerHeldBack", after: "1m",
            $"sum by (namespace, service, guard) {Grew(HeldBack)}",
            "Failing endpoints of {{ $labels.namespace }}/{{ $labels.service }} stay in DNS.",
            "The guard {{ $labels.guard }} forbids their removal."),
        Alert.Warning("DNSHealthControllerEndpointsUnhealthy", after: "15m",
            $"sum by (namespace, service) (dns_unhealthy_endpoints{{{Series}}}) > ${{{ControllerVariables.AlertAbove}}}",
            "{{ $value }} endpoints of {{ $labels.namespace }}/{{ $labels.service }} fail or are out of DNS.",
            "They have not answered their health check for a quarter of an hour."),
        Alert.Warning("DNSHealthControllerUpdatesFail", after: "10m",
            $"sum(rate(dns_updates_total{{{Series},result=\"failure\"}}[5m])) > 0",
            "The DNS health controller cannot write.",
            "Writes that should remove endpoints or restore them have failed for ten minutes."),
        Alert.Warning("DNSHealthControllerInvalidServices", after: "15m",
            $"sum(max by (shard) (dns_health_controller_invalid_services{{{Series}}})) > 0",
            "{{ $value }} Services have an invalid health-check configuration.",
            "The Event InvalidHealthCheck of each says whether it is ignored, or checked with a default."),
        Alert.Warning("DNSHealthControllerProbesLate", after: "5m",
            $"sum(max by (shard) (dns_health_controller_starved_services{{{Series}}})) > 0",
            "The probes of {{ $value }} Services are late.",
            "More probes are due than may run at one time; such a Service has the Event ProbesStarved."),
        Alert.Warning("DNSHealthControllerInternalErrors", after: "0m",
            $"sum by (component) {Grew(InternalErrors)}",
            "The DNS health controller has a bug in its part {{ $labels.component }}.",
            "An exception that nobody expected was logged and tried again."),
    ];

    public static Mapping Rule(SourceRepository repository) =>
        Alert.PrometheusRule(ControllerNames.Name, ControllerNames.Namespace, All, repository, ControllerNames.Labels());

    /// <summary>rate() ignores the first value of a new series, so new series count too.</summary>
    private static string Grew(string series) => $"((rate({series}[10m]) > 0) or ({series} unless {series} offset 10m)) > 0";
}

/// <summary>Service and ServiceMonitor for the controller's metrics.</summary>
internal static class ControllerMonitoring
{
    public static Mapping Service() => Resources.Object("v1", "Service", ControllerNames.Metadata(), new Mapping
    {
        { "selector", ControllerNames.Labels() },
        { "ports", Sequence.Of(PodParts.ServicePort(ControllerNames.MetricsPort, ControllerNames.Port)) },
    });

    /// <summary>The labels namespace and service are those of the managed Service, not of the controller.</summary>
    public static Mapping ServiceMonitor() => PodParts.ServiceMonitor(
        ControllerNames.Metadata(new Mapping { { ControllerNames.AppLabel, ControllerNames.Name },
            { "release", Scalar.Variable(Variables.MonitoringRelease) } }),
        ControllerNames.Selector(), [ControllerNames.MetricsPort], honorLabels: true);
}
