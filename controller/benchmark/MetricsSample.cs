using System.Globalization;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>A sample of a controller's /metrics.</summary>
internal sealed class MetricsSample(string text, long takenAt)
{
    public long TakenAt { get; } = takenAt;

    public double Checks(string result) => Sum("dns_health_checks_total", $"result=\"{result}\"");

    public double Cpu => Sum("process_cpu_seconds_total", "");

    public double Memory => Sum("process_resident_memory_bytes", "");

    /// <summary>The number of shards that it leads; 1 on the leader if there are no shards.</summary>
    public int Shards => (int)Sum("dns_health_controller_leader", "");

    public static double ChecksPerSecond(MetricsSample first, MetricsSample last, TimeProvider time) =>
        (last.Checks("healthy") + last.Checks("unhealthy") - first.Checks("healthy") - first.Checks("unhealthy"))
        / time.GetElapsedTime(first.TakenAt, last.TakenAt).TotalSeconds;

    /// <summary>An instance's work between two samples, as text.</summary>
    public static string Describe(int endpoints, MetricsSample first, MetricsSample last, TimeProvider time) => $"""
        endpoints          {endpoints}
        leads              {last.Shards}
        checks per second  {ChecksPerSecond(first, last, time):0}
        of them unhealthy  {last.Checks("unhealthy") - first.Checks("unhealthy"):0}
        p50 lateness       under {Quantile(first, last, 0.5) * 1000} ms
        p99 lateness       under {Quantile(first, last, 0.99) * 1000} ms
        processor          {(last.Cpu - first.Cpu) / time.GetElapsedTime(first.TakenAt, last.TakenAt).TotalSeconds * 100:0} % of one core
        memory             {last.Memory / 1024 / 1024:0} MiB resident
        """;

    /// <summary>Cumulative counts of the lateness histogram by upper bound.</summary>
    public IReadOnlyList<(double Bound, double Count)> Lateness =>
    [
        .. Lines("dns_health_controller_probe_lateness_seconds_bucket", "").Select(line =>
        {
            var bound = line.Split("le=\"")[1].Split('"')[0];
            return (bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture), Value(line));
        }),
    ];

    /// <summary>The lateness that a share of the probes between two samples did not exceed.</summary>
    public static double Quantile(MetricsSample first, MetricsSample last, double share)
    {
        var before = first.Lateness;
        var counts = last.Lateness.Select((b, i) => (b.Bound, Count: b.Count - before[i].Count)).ToArray();
        return counts.First(b => b.Count >= share * counts[^1].Count).Bound;
    }

    private double Sum(string name, string label) => Lines(name, label).Sum(Value);

    private IEnumerable<string> Lines(string name, string label) => text.Split('\n').Where(line =>
        (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        && line.Contains(label));

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
