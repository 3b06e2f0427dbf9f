using System.Globalization;
using System.Xml.Linq;
using PlatformGitOps.Acceptance.Disruption;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>Numbered marks above the lanes, one for each event; those that would cover each other stand one above the other.</summary>
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
        // The first row stands next to the lanes.
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
