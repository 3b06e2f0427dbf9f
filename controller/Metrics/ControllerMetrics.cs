using System.Diagnostics;
using System.Text;

namespace PlatformGitOps.Controller.Metrics;

/// <summary>Everything this process counts. The first seven names are given by the issue; dashboards and alerts use them.</summary>
public sealed class ControllerMetrics
{
    private static readonly double[] Fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public Family Checks { get; } = new("dns_health_checks_total", "counter", "Probes, by Service and result.");

    public Histogram CheckDuration { get; } =
        new("dns_health_check_duration_seconds", "How long probes took, by scheme.", "scheme", Fast);

    public Family Healthy { get; } = new("dns_healthy_endpoints", "gauge", "Endpoints in DNS whose last probe was good.");

    public Family Unhealthy { get; } = new("dns_unhealthy_endpoints", "gauge", "Endpoints that are out, or fail, by Service.");

    public Family Updates { get; } = new("dns_updates_total", "counter", "Writes that change what DNS answers, by result.");

    public Family Removed { get; } = new("dns_endpoints_removed_total", "counter", "Endpoints taken out of DNS.");

    public Family Added { get; } = new("dns_endpoints_added_total", "counter", "Endpoints put back into DNS.");

    public Family HeldBack { get; } =
        new("dns_health_controller_held_back_total", "counter", "Removals a guard forbade, counted once for each failing endpoint and guard.");

    public Family Leader { get; } = new("dns_health_controller_leader", "gauge", "1 on the instance that acts.");

    public Family LeaderChanges { get; } = new("dns_health_controller_leader_changes_total", "counter", "Times this instance took or lost the lease.");

    public Family Reconciles { get; } = new("dns_health_controller_reconciles_total", "counter", "Decisions about a Service.");

    public Family WatchEnds { get; } = new("dns_health_controller_watch_ends_total", "counter", "Watches that ended, by resource and reason.");

    public Family Watched { get; } = new("dns_health_controller_watched_objects", "gauge", "Objects in the caches, by resource.");

    public Family InvalidServices { get; } = new("dns_health_controller_invalid_services", "gauge", "Services that ask for something that cannot be done.");

    public Histogram Lateness { get; } =
        new("dns_health_controller_probe_lateness_seconds", "How long after it was due a probe began.", "phase", Fast);

    public string Write()
    {
        var text = new StringBuilder(16 * 1024);
        Family[] families = [Checks, Healthy, Unhealthy, Updates, Removed, Added, HeldBack, Leader, LeaderChanges, Reconciles, WatchEnds, Watched, InvalidServices];
        foreach (var family in families)
        {
            family.Write(text);
        }

        CheckDuration.Write(text);
        Lateness.Write(text);
        WriteProcess(text);
        return text.ToString();
    }

    /// <summary>The two figures every Prometheus client library gives, under their usual names.</summary>
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
