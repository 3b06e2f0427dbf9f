using System.Diagnostics;
using System.Text;

namespace PlatformGitOps.Controller.Metrics;

/// <summary>All metrics of this process. Dashboards and alerts use the names.</summary>
internal sealed class ControllerMetrics
{
    private static readonly double[] Fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly string[] UpdateResults = ["success", "failure", "obsolete"];

    private static readonly Guard[] Guards = [.. Enum.GetValues<Guard>().Where(guard => guard != Guard.None)];

    public Family Checks { get; } = new("dns_health_checks_total", "counter", "Probes by Service and result.");

    public Histogram CheckDuration { get; } = new("dns_health_check_duration_seconds", "Duration of probes by scheme.", "scheme", Fast);

    public Family Healthy { get; } = new("dns_healthy_endpoints", "gauge", "Endpoints in DNS whose last probe succeeded.");

    public Family Unhealthy { get; } = new("dns_unhealthy_endpoints", "gauge", "Endpoints that are removed from DNS or fail their probe.");

    public Family Updates { get; } = new("dns_updates_total", "counter", "Writes that add endpoints to DNS or remove them, by result.");

    public Family Removed { get; } = new("dns_endpoints_removed_total", "counter", "Endpoints removed from DNS.");

    public Family Added { get; } = new("dns_endpoints_added_total", "counter", "Endpoints restored to DNS.");

    public Family HeldBack { get; } =
        new("dns_health_controller_held_back_total", "counter", "Removals prevented by a guard, once for each endpoint and guard.");

    public Family Leader { get; } = new("dns_health_controller_leader", "gauge", "1 on the instance that leads.");

    public Family LeaderChanges { get; } =
        new("dns_health_controller_leader_changes_total", "counter", "Times this instance acquired or lost the Lease.");

    public Family Reconciles { get; } = new("dns_health_controller_reconciles_total", "counter", "Reconciliations of a Service.");

    public Family WatchEnds { get; } =
        new("dns_health_controller_watch_ends_total", "counter", "Watches that ended by resource and reason.");

    public Family Watched { get; } = new("dns_health_controller_watched_objects", "gauge", "Objects in the caches by resource.");

    public Family InvalidServices { get; } =
        new("dns_health_controller_invalid_services", "gauge", "Services with an invalid health-check configuration.");

    public Family ForeignSlices { get; } = new(
        "dns_health_controller_foreign_endpointslices", "gauge", "EndpointSlices with its label or name that it did not create.");

    public Family StarvedServices { get; } =
        new("dns_health_controller_starved_services", "gauge", "Services whose next probe is more than one interval late.");

    public Family InternalErrors { get; } =
        new("dns_health_controller_internal_errors_total", "counter", "Unexpected exceptions by component. Each one is a bug.");

    public Histogram Lateness { get; } =
        new("dns_health_controller_probe_lateness_seconds", "Delay between the time a probe was due and its start.", "phase", Fast);

    /// <summary>Starts the counters of a Service at 0: <c>rate()</c> ignores the first value of a counter.</summary>
    public void Begin((string, string)[] service)
    {
        Removed.Add(0, service);
        Added.Add(0, service);
        foreach (var guard in Guards)
        {
            HeldBack.Add(0, [.. service, LabelOf(guard)]);
        }
    }

    /// <summary>
    /// Removes the series of a Service without health checks here. Prometheus has its counters; if they were kept, deleted Services
    /// would leave no room for new ones.
    /// </summary>
    public void Forget((string, string)[] service)
    {
        foreach (var family in (Family[])[Healthy, Unhealthy, Removed, Added])
        {
            family.Remove(service);
        }

        foreach (var guard in Guards)
        {
            HeldBack.Remove([.. service, LabelOf(guard)]);
        }

        foreach (var result in UpdateResults)
        {
            Updates.Remove([.. service, ("result", result)]);
        }

        Checks.Remove([.. service, ResultOf(healthy: true)]);
        Checks.Remove([.. service, ResultOf(healthy: false)]);
    }

    public static (string Name, string Value) ResultOf(bool healthy) => ("result", healthy ? "healthy" : "unhealthy");

    public static (string Name, string Value) LabelOf(Guard guard) => ("guard", AnnotationReader.Spelling(guard.ToString()));

    public string Write()
    {
        var text = new StringBuilder(16 * 1024);
        Family[] families =
        [
            Checks, Healthy, Unhealthy, Updates, Removed, Added, HeldBack,
            Leader, LeaderChanges, Reconciles, WatchEnds, Watched, InvalidServices, ForeignSlices, StarvedServices, InternalErrors,
        ];
        foreach (var family in families)
        {
            family.Write(text);
        }

        CheckDuration.Write(text);
        Lateness.Write(text);
        WriteProcess(text);
        return text.ToString();
    }

    /// <summary>The two metrics that every Prometheus client library exports.</summary>
    private static void WriteProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        var memory = new Family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
        memory.Set(process.WorkingSet64);
        memory.Write(text);
        var cpu = new Family("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
        cpu.Set(process.TotalProcessorTime.TotalSeconds);
        cpu.Write(text);
    }
}
