using System.Xml.Linq;
using PlatformGitOps.Dns.Client;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>
/// The chart of a disruption: a lane for each transport with latencies and, below, losses; events cross all lanes. Colours are from the
/// page's style, for light and dark mode.
/// </summary>
internal sealed class TimelineChart
{
    private const double LaneTitle = 20;
    private const double PlotHeight = 92;
    private const double StripHeight = 16;
    private const double LaneGap = 14;
    private const double LaneHeight = LaneTitle + PlotHeight + StripHeight + LaneGap;
    private const double AxisHeight = 22;

    private readonly LossPicture picture;
    private readonly LossReport report;
    private readonly ChartScale scale;
    private readonly EventMarks marks;

    private TimelineChart(DisruptionEvidence disruption)
    {
        (picture, report) = (disruption.Picture, disruption.Report);
        scale = new ChartScale(picture);
        marks = new EventMarks(disruption.Events, scale);
    }

    private double Bottom => marks.Height + (picture.Lanes.Count * LaneHeight);

    public static XElement Draw(DisruptionEvidence disruption, string id)
    {
        var chart = new TimelineChart(disruption);
        return E(
            "svg",
            A("viewBox", Text($"0 0 {ChartScale.Width} {chart.Bottom + AxisHeight}")),
            A("role", "img"),
            A("aria-labelledby", $"{id}-title {id}-desc"),
            E("title", A("id", $"{id}-title"), "Latency and losses over time"),
            E("desc", A("id", $"{id}-desc"), chart.InWords()),
            chart.picture.Lanes.Select((lane, index) => chart.Lane(lane, chart.marks.Height + (index * LaneHeight))),
            chart.TimeAxis(),
            chart.marks.Draw(chart.Bottom));
    }

    private string InWords() => string.Join(' ', report.Transports.Select(t =>
        $"{Wording.Of(t.Via)}: {Wording.Of(t.Queries)} queries, {t.LostPackets} packets lost, {t.Retried} answered after a retry, " +
            $"{t.Failures} failed; p99 {Wording.Of(t.P99)}."));

    private XElement Lane(LossLane lane, double top)
    {
        var plotTop = top + LaneTitle;
        return E(
            "g",
            E("text", Class("lane"), X(ChartScale.Left), Y(top + 13), Wording.Of(lane.Via)),
            Windows(report.Disturbances, lane.Via, "disturbed", plotTop),
            Windows(report.Outages, lane.Via, "outage", plotTop),
            Grid(plotTop),
            E("path", Class("range"), A("d", Range(lane.Slices, plotTop))),
            E("path", Class("median"), A("d", Median(lane.Slices, plotTop))),
            E("rect", Class("strip"), X(ChartScale.Left), Y(plotTop + PlotHeight), A("width", Number(ChartScale.PlotWidth)),
                A("height", Number(StripHeight))),
            lane.Slices.Where(slice => slice.Retried + slice.Failed > 0)
                .SelectMany(slice => Losses(slice, plotTop + PlotHeight + StripHeight)));
    }

    private IEnumerable<XElement> Windows(IReadOnlyList<LossWindow> windows, DnsTransportKind kind, string name, double top) =>
        windows.Where(w => w.Via == kind).Select(w => E(
            "rect",
            Class(name),
            X(scale.X(w.From)),
            Y(top),
            A("width", Number(Math.Max(1.5, scale.X(w.To) - scale.X(w.From)))),
            A("height", Number(PlotHeight))));

    private IEnumerable<XElement> Grid(double top)
    {
        for (var decade = scale.LowestDecade; decade <= scale.HighestDecade; decade++)
        {
            var latency = TimeSpan.FromMilliseconds(Math.Pow(10, decade));
            var y = Height(latency, top);
            yield return E(
                "line", Class("grid"), A("x1", Number(ChartScale.Left)), A("x2", Number(ChartScale.Width - ChartScale.Right)),
                A("y1", Number(y)), A("y2", Number(y)));
            yield return E("text", Class("axis end"), X(ChartScale.Left - 6), Y(y + 3.5), DecadeName(decade));
        }
    }

    /// <summary>The area from median to slowest, one shape for each unbroken run of slices.</summary>
    private string Range(IReadOnlyList<LossSlice> slices, double top) => string.Concat(Runs(slices).Select(run =>
        "M" + string.Join(
            'L',
            run.Select(slice => Point(slice, slice.Slowest!.Value, top))
                .Concat(run.Reverse().Select(slice => Point(slice, slice.P50!.Value, top)))) + "Z"));

    private string Median(IReadOnlyList<LossSlice> slices, double top) =>
        string.Concat(Runs(slices).Select(run => "M" + string.Join('L', run.Select(slice => Point(slice, slice.P50!.Value, top)))));

    private static IEnumerable<IReadOnlyList<LossSlice>> Runs(IReadOnlyList<LossSlice> slices)
    {
        var run = new List<LossSlice>();
        foreach (var slice in slices.Where(slice => slice.P50 is not null))
        {
            // At a long interval not every slice has a query; a longer gap is a break.
            if (run.Count > 0 && slice.Index - run[^1].Index > 8)
            {
                yield return run;
                run = [];
            }

            run.Add(slice);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static IEnumerable<XElement> Losses(LossSlice slice, double bottom)
    {
        // A single loss among many answers must be visible.
        var failed = slice.Failed == 0 ? 0 : Math.Max(5, StripHeight * slice.Failed / slice.Queries);
        var retried = slice.Retried == 0 ? 0 : Math.Min(StripHeight - failed, Math.Max(5, StripHeight * slice.Retried / slice.Queries));
        if (retried > 0)
        {
            yield return Bar("retried", bottom - failed - retried, retried);
        }

        if (failed > 0)
        {
            yield return Bar("lost", bottom - failed, failed);
        }

        XElement Bar(string name, double top, double height) => E(
            "rect", Class(name), X(Column(slice)), Y(top), A("width", Number(Math.Max(2, ChartScale.PlotWidth / LossPicture.Columns))),
            A("height", Number(height)));
    }

    private XElement TimeAxis() => E(
        "g",
        scale.Ticks()
            .Select(tick => E("text", Class("axis middle"), X(scale.X(tick)), Y(Bottom + 10), tick == 0 ? "0 s" : Text($"{tick:0.#} s"))));

    private string Point(LossSlice slice, TimeSpan latency, double top) =>
        Text($"{Column(slice) + (ChartScale.PlotWidth / LossPicture.Columns / 2):0.#} {Height(latency, top):0.#}");

    private static double Column(LossSlice slice) => ChartScale.Left + (slice.Index * ChartScale.PlotWidth / LossPicture.Columns);

    private double Height(TimeSpan latency, double top) => top + (PlotHeight * (1 - scale.Height(latency)));

    private static string DecadeName(int decade) => decade >= 3 ? Text($"{Math.Pow(10, decade - 3):0.###} s")
        : Text($"{Math.Pow(10, decade):0.###} ms");

    private static XAttribute X(double value) => A("x", Number(value));

    private static XAttribute Y(double value) => A("y", Number(value));

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
