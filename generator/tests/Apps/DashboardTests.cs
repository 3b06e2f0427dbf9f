using System.Text.Json;
using PlatformGitOps.Generator.Apps.Dashboard;

namespace PlatformGitOps.Generator.Tests.Apps;

public sealed partial class DashboardTests
{
    private static readonly string ExternalDns =
        Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "external-dns", "metrics-0.22.0.txt");

    [Test]
    public void The_model_has_each_panel_once_and_none_over_another()
    {
        using var model = JsonDocument.Parse(DashboardModel.Json());
        var panels = model.RootElement.GetProperty("panels").EnumerateArray().ToList();
        panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        panels.Where(panel => panel.GetProperty("type").GetString() != "row").Select(panel => panel.GetProperty("title").GetString())
            .ShouldBe(DashboardModel.Panels.Select(panel => panel.Title));
        var cells = panels.Select(panel => panel.GetProperty("gridPos")).SelectMany(place =>
            from x in Enumerable.Range(place.GetProperty("x").GetInt32(), place.GetProperty("w").GetInt32())
            from y in Enumerable.Range(place.GetProperty("y").GetInt32(), place.GetProperty("h").GetInt32())
            select (x, y));
        cells.ShouldBeUnique();
    }

    [Test]
    public void Flux_has_nothing_to_substitute() => DashboardModel.Json().ShouldNotContain("${");

    [Test]
    public void Every_query_reads_series_that_a_program_exports()
    {
        string[] known =
            ["up", .. CoreDnsChart.For(CoreDnsChart.Default).Series.Keys, .. File.ReadLines(ExternalDns), .. ControllerSeries()];
        foreach (var panel in DashboardModel.Panels)
        {
            panel.Queries.SelectMany(query => SeriesNames().Matches(query.Expression)).Select(match => match.Groups[1].Value)
                .Except(known).ShouldBeEmpty(panel.Title);
        }
    }

    /// <summary>A page must not say "one node" of a panel that adds up all nodes.</summary>
    [TestCase("NodeLocal DNSCache", "instance")]
    [TestCase("Geographic routing", "region", "Addresses of each region")]
    public void A_panel_shows_what_the_page_compares(string row, string label, string? title = null) =>
        DashboardModel.Panels.Where(panel => panel.Row == row && (title is null || panel.Title == title))
            .SelectMany(panel => panel.Queries).ShouldAllBe(query => query.Legend.Contains($"{{{{{label}}}}}")
                && Regex.IsMatch(query.Expression, $@"by \([^)]*\b{label}\b"));

    [Test]
    public void The_page_speaks_of_panels_that_there_are() =>
        File.ReadLines(RepositoryRoot.File("docs", "dashboard.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
            .SelectMany(row => row.Split('|')[1].Split(',', StringSplitOptions.TrimEntries))
            .Except(DashboardModel.Panels.Select(panel => panel.Title)).ShouldBeEmpty();

    [Test]
    public void Every_query_is_of_the_chosen_clusters()
    {
        DashboardModel.Panels.SelectMany(panel => panel.Queries).ShouldAllBe(query => SeriesNames().Count(query.Expression)
            == Regex.Count(query.Expression, "cluster=~\"[$]cluster\""));
        using var model = JsonDocument.Parse(DashboardModel.Json());
        model.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Select(variable => variable.GetProperty("name").GetString()).ShouldBe(["datasource", "cluster"]);
    }

    [Test]
    public async Task Prometheus_accepts_every_query()
    {
        if (Tool.Promtool.Find() is not { } promtool)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
            return;
        }

        using var folder = new TemporaryFolder();
        var rules = DashboardModel.Panels.SelectMany(panel => panel.Queries).Select((query, index) => new Mapping
        {
            { "record", FormattableString.Invariant($"panel:{index}") },
            { "expr", DashboardModel.Asked(query.Expression, "5m") },
        });
        var file = folder.Write("rules.yaml", YamlWriter.WriteFragment(new Mapping
        {
            { "groups", Sequence.Of(new Mapping { { "name", "panels" }, { "rules", Sequence.Of(rules) } }) },
        }));
        (await ToolProcess.RunAsync(promtool, ["check", "rules", file], new ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    private static IEnumerable<string> ControllerSeries() =>
        ((string[][])[["Metrics", "ControllerMetrics.cs"], ["Geo", "GeoMetrics.cs"]])
            .SelectMany(file => Quoted().Matches(File.ReadAllText(RepositoryRoot.File(["controller", .. file]))))
            .Select(match => match.Groups[1].Value);

    [GeneratedRegex("\"(dns_[a-z_]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b([a-z_]+)\{")]
    private static partial Regex SeriesNames();
}
