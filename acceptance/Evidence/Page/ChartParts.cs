using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>Maps time to x, and latency to height on a logarithmic scale of whole decades of milliseconds.</summary>
internal sealed class ChartScale
{
    public const double Width = 1000;
    public const double Left = 58;
    public const double Right = 14;

    private readonly DateTimeOffset from;
    private readonly double seconds;

    public ChartScale(LossPicture picture)
    {
        from = picture.From;
        seconds = Math.Max(0.001, (picture.To - picture.From).TotalSeconds);
        var waits = picture.Lanes.SelectMany(lane => lane.Slices).SelectMany(slice => new[] { slice.P50, slice.Slowest })
            .OfType<TimeSpan>().Select(wait => Math.Max(0.01, wait.TotalMilliseconds)).DefaultIfEmpty(1).ToArray();
        LowestDecade = (int)Math.Floor(Math.Log10(waits.Min()));
        HighestDecade = Math.Max(LowestDecade + 2, (int)Math.Ceiling(Math.Log10(waits.Max())));
    }

    /// <summary>As an exponent of ten, in milliseconds.</summary>
    public int LowestDecade { get; }

    public int HighestDecade { get; }

    public static double PlotWidth => Width - Left - Right;

    public double X(DateTimeOffset time) => X((time - from).TotalSeconds);

    public double X(double secondsFromStart) => Left + (Math.Clamp(secondsFromStart / seconds, 0, 1) * PlotWidth);

    /// <summary>From 0, the lowest decade, to 1, the highest.</summary>
    public double Height(TimeSpan latency) =>
        Math.Clamp((Math.Log10(Math.Max(0.001, latency.TotalMilliseconds)) - LowestDecade) / (HighestDecade - LowestDecade), 0, 1);

    /// <summary>Ticks of the time axis in seconds: at most ten, in steps of 1, 2 or 5.</summary>
    public IEnumerable<double> Ticks()
    {
        var step = new[] { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600 }.FirstOrDefault(s => seconds / s <= 10, 7200);
        for (var tick = 0; tick * step <= seconds; tick++)
        {
            yield return tick * step;
        }
    }
}

/// <summary>Numbered marks of events above the lanes; overlapping ones are stacked.</summary>
internal sealed class EventMarks
{
    private const double Radius = 8;
    private const double Row = 19;
    private const double Margin = 6;

    private readonly List<(double X, int Row, int Number, ClusterEventKind Kind)> marks = [];

    public EventMarks(IReadOnlyList<ClusterEvent> events, ChartScale scale)
    {
        var ends = new List<double>();
        foreach (var (index, happened) in events.Index())
        {
            var x = scale.X(happened.At);
            var row = ends.FindIndex(end => end + (2 * Radius) < x);
            if (row < 0)
            {
                row = ends.Count;
                ends.Add(x);
            }

            ends[row] = x;
            marks.Add((x, row, index + 1, happened.Kind));
        }

        Height = Margin + (ends.Count * Row);
    }

    public double Height { get; }

    public XElement Draw(double bottom) => E("g", marks.Select(mark =>
    {
        // The first row is next to the lanes.
        var y = Height - Margin - (mark.Row * Row) - Radius + 2;
        var kind = mark.Kind == ClusterEventKind.Action ? "event action" : "event";
        return E(
            "g",
            Class(kind),
            E("line", A("x1", Text(mark.X)), A("x2", Text(mark.X)), A("y1", Text(y)), A("y2", Text(bottom - 14))),
            E("circle", A("cx", Text(mark.X)), A("cy", Text(y)), A("r", Text(Radius))),
            E("text", A("x", Text(mark.X)), A("y", Text(y + 3.5)), mark.Number.ToString(CultureInfo.InvariantCulture)));
    }));

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
