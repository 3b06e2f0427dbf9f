using System.Collections.Immutable;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The alerts on the controller, on metrics of controller/Metrics/ControllerMetrics.cs. docs/alerts.md is their runbook.</summary>
internal static class ControllerAlerts
{
    private const string Series = $"job=\"{ControllerNames.Name}\"";

    private const string HeldBack = $"dns_health_controller_held_back_total{{{Series},guard=~\"last-endpoint|min-healthy|vantage\"}}";

    private const string InternalErrors = $"dns_health_controller_internal_errors_total{{{Series}}}";

    public static readonly ImmutableArray<Alert> All =
    [
        new Alert
        {
            Name = "DNSHealthControllerWithoutLeader",
            // Also where nothing is scraped at all. The label shard is there where there are several.
            Expression = $"max by (shard) (dns_health_controller_leader{{{Series}}}) == 0 or " +
                $"absent(max(dns_health_controller_leader{{{Series}}}))",
            For = "5m",
            Severity = "warning",
            Summary = "No DNS health controller acts{{ with $labels.shard }} for shard {{ . }}{{ end }}.",
            Description =
                "No instance holds the Lease, or none is scraped: DNS goes on as it is, but endpoints that fail are not taken out.",
        },
        new Alert
        {
            Name = "DNSHealthControllerTwoLeaders",
            Expression = $"count by (shard) (dns_health_controller_leader{{{Series}}} == 1) > 1",
            // A hand-over lies between two scrapes of different age.
            For = "2m",
            Severity = "critical",
            Summary = "{{ $value }} DNS health controllers act at once{{ with $labels.shard }} for shard {{ . }}{{ end }}.",
            Description = "More than one instance says that it holds the Lease.",
        },
        new Alert
        {
            Name = "DNSHealthControllerHeldBack",
            Expression = $"sum by (namespace, service, guard) {Grew(HeldBack)}",
            For = "1m",
            Severity = "warning",
            Summary = "Failing endpoints of {{ $labels.namespace }}/{{ $labels.service }} stay in DNS.",
            Description = "The guard {{ $labels.guard }} forbids to take them out.",
        },
        new Alert
        {
            Name = "DNSHealthControllerEndpointsUnhealthy",
            Expression = $"sum by (namespace, service) (dns_unhealthy_endpoints{{{Series}}}) > ${{{ControllerVariables.AlertAbove}}}",
            For = "15m",
            Severity = "warning",
            Summary = "{{ $value }} endpoints of {{ $labels.namespace }}/{{ $labels.service }} fail or are out of DNS.",
            Description = "They have not answered their health check for a quarter of an hour.",
        },
        new Alert
        {
            Name = "DNSHealthControllerUpdatesFail",
            Expression = $"sum(rate(dns_updates_total{{{Series},result=\"failure\"}}[5m])) > 0",
            For = "10m",
            Severity = "warning",
            Summary = "The DNS health controller cannot write.",
            Description = "Writes that should take endpoints out or put them back have failed for ten minutes.",
        },
        new Alert
        {
            Name = "DNSHealthControllerInvalidServices",
            Expression = $"sum(max by (shard) (dns_health_controller_invalid_services{{{Series}}})) > 0",
            For = "15m",
            Severity = "warning",
            Summary = "{{ $value }} Services have an invalid health-check configuration.",
            Description = "Such a Service has the Event InvalidHealthCheck and is left alone.",
        },
        new Alert
        {
            Name = "DNSHealthControllerProbesLate",
            Expression = $"sum(max by (shard) (dns_health_controller_starved_services{{{Series}}})) > 0",
            For = "5m",
            Severity = "warning",
            Summary = "The probes of {{ $value }} Services are late.",
            Description = "More probes are due than may run at one time; such a Service has the Event ProbesStarved.",
        },
        new Alert
        {
            Name = "DNSHealthControllerInternalErrors",
            Expression = $"sum by (component) {Grew(InternalErrors)}",
            For = "0m",
            Severity = "warning",
            Summary = "The DNS health controller has a bug in its part {{ $labels.component }}.",
            Description = "An exception that nobody expected was logged and tried again.",
        },
    ];

    public static Mapping Rule(SourceRepository repository) =>
        Alert.PrometheusRule(ControllerNames.Name, ControllerNames.Namespace, All, repository, ControllerNames.Labels());

    /// <summary>A series that begins with 1 has not increased, so new ones count too.</summary>
    private static string Grew(string series) => $"((rate({series}[10m]) > 0) or ({series} unless {series} offset 10m)) > 0";
}

/// <summary>Where the controller's metrics are found.</summary>
internal static class ControllerMonitoring
{
    public static Mapping Service() => Resources.Object("v1", "Service", ControllerNames.Metadata(), new Mapping
    {
        { "selector", ControllerNames.Labels() },
        { "ports", Sequence.Of(new Mapping
            {
                { "name", ControllerNames.MetricsPort },
                { "port", ControllerNames.Port },
                { "targetPort", ControllerNames.MetricsPort },
                { "protocol", "TCP" },
            })
        },
    });

    public static Mapping ServiceMonitor() => Resources.Object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        ControllerNames.Metadata(new Mapping { { ControllerNames.AppLabel, ControllerNames.Name },
            { "release", Scalar.Variable(Variables.MonitoringRelease) } }),
        new Mapping
        {
            { "selector", ControllerNames.Selector() },
            { "endpoints", Sequence.Of(new Mapping
                {
                    { "port", ControllerNames.MetricsPort },
                    { "path", "/metrics" },
                    { "interval", "30s" },
                    // The labels namespace and service are of the Service that is looked after, not of the controller.
                    { "honorLabels", true },
                })
            },
        });
}
