using System.Text.Json;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Apps.Dashboard;
using PlatformGitOps.Generator.Tools;

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
            { "expr", query.Expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal) },
        });
        var file = folder.Write("rules.yaml", YamlWriter.WriteFragment(new Mapping
        {
            { "groups", Sequence.Of(new Mapping { { "name", "panels" }, { "rules", Sequence.Of(rules) } }) },
        }));
        (await ToolProcess.RunAsync(promtool, ["check", "rules", file], new ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    private static IEnumerable<string> ControllerSeries() =>
        Quoted().Matches(File.ReadAllText(RepositoryRoot.File("controller", "Metrics", "ControllerMetrics.cs")))
            .Select(match => match.Groups[1].Value);

    [GeneratedRegex("\"(dns_[a-z_]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b([a-z_]+)\{")]
    private static partial Regex SeriesNames();
}
