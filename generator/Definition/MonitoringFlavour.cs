namespace PlatformGitOps.Generator.Definition;

/// <summary>Which operator turns ServiceMonitor and PrometheusRule into scrapes and alerts.</summary>
public enum MonitoringFlavour
{
    None,
    PrometheusOperator,
    VictoriaMetrics,
}
