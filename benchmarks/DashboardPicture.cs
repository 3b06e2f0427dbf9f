using System.Collections.Immutable;
using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Apps.Dashboard;

namespace PlatformGitOps.Benchmarks;

/// <summary>A line of a panel: the text of its legend and its points (Unix seconds, value).</summary>
internal sealed record Line(string Name, ImmutableArray<(double Time, double Value)> Points);

/// <summary>
/// The delivered dashboard as a picture: every query of every panel asked of a Prometheus API, and the answers drawn as SVG. It does not
/// copy Grafana; the queries, the legends and the places are the dashboard's.
/// </summary>
internal static partial class DashboardPicture
{
    private const string RateInterval = "20s";
    private const int Step = 5;
    private const int Width = 1200;
    private const int PanelWidth = 580;
    private const int PanelHeight = 200;
    private const int Left = 58;
    private const int Top = 34;
    private const int PlotHeight = 112;

    private static readonly ImmutableArray<Theme> Themes =
        [new("light", "#1f2328", "#d1d9e0", "#ffffff"), new("dark", "#e6edf3", "#3d444d", "#0d1117")];

    private static readonly ImmutableArray<string> Colors =
        ["#1f77b4", "#e6840c", "#2ca02c", "#d6404a", "#9467bd", "#8c6d5a", "#d96bb8", "#7f8c8d"];

    private static readonly ImmutableArray<int> Factors = [1, 2, 5, 10];

    /// <summary>Writes dashboard-light.svg and dashboard-dark.svg; the titles of panels with a query without a series.</summary>
    public static async Task<ImmutableArray<string>> WriteAsync(Uri api, double from, double until, string folder)
    {
        // VictoriaMetrics answers at multiples of the step: the first point would be left of the axis.
        (from, until) = (Math.Ceiling(from / Step) * Step, Math.Floor(until / Step) * Step);
        using var http = new HttpClient { BaseAddress = api };
        var panels = ImmutableArray.CreateBuilder<(DashboardPanel Panel, ImmutableArray<Line> Lines)>();
        var empty = ImmutableArray.CreateBuilder<string>();
        foreach (var panel in DashboardModel.Panels)
        {
            var lines = ImmutableArray.CreateBuilder<Line>();
            foreach (var (expression, legend) in panel.Queries)
            {
                var series = await AskAsync(http, expression, legend, from, until);
                lines.AddRange(series);
                if (series.IsEmpty)
                {
                    empty.Add($"{panel.Row}, {panel.Title}: {expression}");
                }
            }

            panels.Add((panel, lines.ToImmutable()));
        }

        foreach (var theme in Themes)
        {
            var svg = Svg(panels.ToImmutable(), from, until, theme);
            await File.WriteAllTextAsync(System.IO.Path.Combine(folder, $"dashboard-{theme.Name}.svg"), svg);
        }

        return empty.ToImmutable();
    }

    private static async Task<ImmutableArray<Line>> AskAsync(HttpClient http, string expression, string legend, double from, double until)
    {
        var query = Uri.EscapeDataString(DashboardModel.Asked(expression, RateInterval));
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(
            $"api/v1/query_range?query={query}&start={from}&end={until}&step={Step}",
            UriKind.Relative)));
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(series => new Line(Name(legend, series.GetProperty("metric")), Points(series.GetProperty("values"))))
                .Where(line => line.Points.Length > 0)
                .OrderBy(line => line.Name, StringComparer.Ordinal),
        ];
    }

    private static string Name(string legend, JsonElement labels) =>
        Variable().Replace(legend, match => labels.TryGetProperty(match.Groups[1].Value, out var value) ? $"{value}" : "").Trim();

    private static ImmutableArray<(double, double)> Points(JsonElement values) =>
    [
        .. values.EnumerateArray()
            .Select(point => (point[0].GetDouble(), double.Parse(point[1].GetString()!, CultureInfo.InvariantCulture)))
            .Where(point => double.IsFinite(point.Item2)),
    ];

    private static string Svg(
        ImmutableArray<(DashboardPanel Panel, ImmutableArray<Line> Lines)> panels, double from, double until, Theme theme)
    {
        var body = new StringBuilder();
        var y = 44;
        foreach (var row in panels.GroupBy(panel => panel.Panel.Row))
        {
            Add(body, $"<text x=\"10\" y=\"{y + 14}\" font-size=\"15\" font-weight=\"600\">{row.Key}</text>");
            y += 24;
            foreach (var (panel, index) in row.Select((panel, index) => (panel, index)))
            {
                var (x, top) = (10 + (index % 2 * (PanelWidth + 20)), y + (index / 2 * (PanelHeight + 10)));
                Draw(body, panel.Panel, panel.Lines, from, until, x, top, theme.Soft);
            }

            y += (row.Count() + 1) / 2 * (PanelHeight + 10);
        }

        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {y + 10}\" font-size=\"12\" fill=\"{theme.Ink}\"");
        Add(svg, $"font-family=\"system-ui, sans-serif\"><rect width=\"{Width}\" height=\"{y + 10}\" fill=\"{theme.Paper}\"/>");
        Add(svg, $"<text x=\"10\" y=\"26\" font-size=\"18\" font-weight=\"600\">DNS Service Discovery</text>");
        return svg.Append(body).Append("</svg>\n").ToString();
    }

    private static void Draw(
        StringBuilder to, DashboardPanel panel, ImmutableArray<Line> lines, double from, double until, int x, int y, string soft)
    {
        var most = lines.SelectMany(line => line.Points).Select(point => point.Value).DefaultIfEmpty(0).Max();
        // A program counts a request and its hit one after the other: a scrape between the two makes a share of slightly more than 1.
        most = panel.Unit == "percentunit" && most is > 1 and < 1.02 ? 1 : most;
        var tick = Tick(most > 0 ? most : 1);
        var ticks = Math.Max(1, (int)Math.Ceiling((most > 0 ? most : 1) / tick - 1e-9));
        var plot = PanelWidth - Left - 12;
        Add(to, $"<rect x=\"{x}\" y=\"{y}\" width=\"{PanelWidth}\" height=\"{PanelHeight}\" rx=\"4\" fill=\"none\" stroke=\"{soft}\"/>");
        Add(to, $"<text x=\"{x + 12}\" y=\"{y + 21}\" font-weight=\"600\">{panel.Title}</text>");
        for (var i = 0; i <= ticks; i++)
        {
            var level = y + Top + PlotHeight - (i * PlotHeight / (double)ticks);
            Add(to, $"<path d=\"M{x + Left} {level:F1}h{plot}\" stroke=\"{soft}\"/>");
            Label(to, x + Left - 6, level + 4, "end", Text(i * tick, panel.Unit));
        }

        for (var minute = 0; minute * 60 <= until - from; minute++)
        {
            var at = x + Left + (minute * 60 / (until - from) * plot);
            Label(to, at, y + Top + PlotHeight + 15, "middle", $"{minute} min");
        }

        // Closer together where they would run over the edge; 6.6 leaves room for the widest font.
        ImmutableArray<double> widths = [.. lines.Select(line => 34 + (line.Name.Length * 6.6))];
        var room = Math.Min(1, (PanelWidth - 24) / widths.Sum());
        var legend = (double)x + 12;
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            var color = Colors[index % Colors.Length];
            var path = string.Join(" ", Path(line.Points, point => (
                x + Left + ((point.Time - from) / (until - from) * plot),
                y + Top + PlotHeight - (point.Value / (tick * ticks) * PlotHeight))));
            var thickness = 1.8 * (1 + lines.Skip(index + 1).Count(later => IsHidden(line, later)));
            Add(to, $"<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{thickness:F1}\" stroke-linejoin=\"round\"/>");
            Add(to, $"<rect x=\"{legend:F1}\" y=\"{y + PanelHeight - 21}\" width=\"12\" height=\"4\" fill=\"{color}\"/>");
            Label(to, legend + 17, y + PanelHeight - 15, "start", line.Name);
            legend += widths[index] * room;
        }

        if (lines.IsEmpty)
        {
            Label(to, x + (PanelWidth / 2), y + 95, "middle", "No data");
        }
    }

    /// <summary>Whether the later line covers a twentieth of this one above 0: drawn thicker, this one is seen below it.</summary>
    private static bool IsHidden(Line line, Line later) =>
        line.Points.Intersect(later.Points).Count(point => point.Value > 0) * 20 >= line.Points.Length;

    /// <summary>A gap of more than two steps begins a new line, as Grafana draws it.</summary>
    private static IEnumerable<string> Path(
        ImmutableArray<(double Time, double Value)> points, Func<(double Time, double Value), (double X, double Y)> place)
    {
        var last = double.NegativeInfinity;
        foreach (var point in points)
        {
            var (x, y) = place(point);
            yield return $"{(point.Time - last > 2 * Step ? 'M' : 'L')}{x:F1} {y:F1}";
            last = point.Time;
        }
    }

    /// <summary>The distance of two lines of the grid: 1, 2 or 5 times a power of ten, at most four of them.</summary>
    private static double Tick(double most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(most / 4)));
        return Factors.Select(factor => factor * power).First(tick => tick * 4 >= most * (1 - 1e-9));
    }

    private static string Text(double value, string unit) => unit switch
    {
        "percentunit" => $"{value * 100:0.##} %",
        "s" when value is > 0 and < 1 => $"{value * 1000:0.###} ms",
        "s" => $"{value:0.##} s",
        "reqps" or "ops" => $"{value:0.###}/s",
        _ => $"{value:0.##}",
    };

    private static void Label(StringBuilder to, double x, double y, string anchor, string text) =>
        Add(to, $"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"11\">{SecurityElement.Escape(text)}</text>");

    private static void Add(StringBuilder to, FormattableString text) =>
        to.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Variable();

    private sealed record Theme(string Name, string Ink, string Soft, string Paper);
}
