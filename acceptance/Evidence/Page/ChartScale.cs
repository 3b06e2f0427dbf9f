using PlatformGitOps.Acceptance.Disruption;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>Time to x, and latency to height on a logarithmic scale of whole decades of a millisecond.</summary>
internal sealed class ChartScale
{
    public const double Width = 1000;
    public const double Left = 58;
    public const double Right = 14;

    private readonly DateTimeOffset from;
    private readonly double seconds;

    public ChartScale(Timeline timeline)
    {
        from = timeline.From;
        seconds = Math.Max(0.001, (timeline.To - timeline.From).TotalSeconds);
        var waits = timeline.Queries.Where(q => !q.Failed).Select(q => Math.Max(0.01, q.Elapsed.TotalMilliseconds)).DefaultIfEmpty(1).ToArray();
        LowestDecade = (int)Math.Floor(Math.Log10(waits.Min()));
        HighestDecade = Math.Max(LowestDecade + 2, (int)Math.Ceiling(Math.Log10(waits.Max())));
    }

    /// <summary>As a power of ten milliseconds.</summary>
    public int LowestDecade { get; }

    public int HighestDecade { get; }

    public static double PlotWidth => Width - Left - Right;

    public double X(DateTimeOffset time) => X((time - from).TotalSeconds);

    public double X(double secondsFromStart) => Left + (Math.Clamp(secondsFromStart / seconds, 0, 1) * PlotWidth);

    /// <summary>Between 0, the lowest decade, and 1, the highest.</summary>
    public double Height(TimeSpan latency) =>
        Math.Clamp((Math.Log10(Math.Max(0.001, latency.TotalMilliseconds)) - LowestDecade) / (HighestDecade - LowestDecade), 0, 1);

    /// <summary>Marks of the time axis, in seconds: a step of 1, 2 or 5 that gives at most ten of them.</summary>
    public IEnumerable<double> Ticks()
    {
        var step = new[] { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600 }.FirstOrDefault(s => seconds / s <= 10, 7200);
        for (var tick = 0; tick * step <= seconds; tick++)
        {
            yield return tick * step;
        }
    }
}
