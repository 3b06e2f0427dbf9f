using System.Globalization;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>One look at a controller's /metrics.</summary>
internal sealed class Reading(string text, long takenAt)
{
    public long TakenAt { get; } = takenAt;

    public double Checks(string result) => Sum("dns_health_checks_total", $"result=\"{result}\"");

    public double Cpu => Sum("process_cpu_seconds_total", "");

    public double Memory => Sum("process_resident_memory_bytes", "");

    /// <summary>Cumulative counts of the lateness histogram by upper bound.</summary>
    public IReadOnlyList<(double Bound, double Count)> Lateness =>
    [
        .. Lines("dns_health_controller_probe_lateness_seconds_bucket", "").Select(line =>
        {
            var bound = line.Split("le=\"")[1].Split('"')[0];
            return (bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture), Value(line));
        }),
    ];

    /// <summary>The bound below which so large a part of the probes between two readings began.</summary>
    public static double Quantile(Reading first, Reading last, double share)
    {
        var before = first.Lateness;
        var counts = last.Lateness.Select((b, i) => (b.Bound, Count: b.Count - before[i].Count)).ToArray();
        return counts.First(b => b.Count >= share * counts[^1].Count).Bound;
    }

    private double Sum(string name, string label) => Lines(name, label).Sum(Value);

    private IEnumerable<string> Lines(string name, string label) => text.Split('\n').Where(line =>
        (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        && line.Contains(label, StringComparison.Ordinal));

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
