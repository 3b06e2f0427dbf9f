using System.Text.Json;
using System.Xml.Linq;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

public sealed class EvidenceTests
{
    private static readonly IReadOnlyDictionary<string, string> Files = EvidenceFolder.Files(SampleRun.Mixed);

    [Test]
    public void The_same_run_gives_the_same_files() => EvidenceFolder.Files(SampleRun.Mixed).ShouldBe(Files);

    [Test]
    public void The_page_loads_nothing_and_runs_nothing()
    {
        var page = Files["report.html"];

        page.ShouldNotContain("<script");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("url(");
        page.ShouldNotContain("@import");
    }

    [Test]
    public void Text_of_a_cluster_cannot_become_markup() =>
        Files["report.html"].ShouldContain("uid 0 &lt;root&gt; &amp; may write");

    [Test]
    public void Every_link_of_the_page_has_its_target()
    {
        var page = Files["report.html"];
        var ids = System.Text.RegularExpressions.Regex.Matches(page, "id=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToArray();
        var targets = System.Text.RegularExpressions.Regex.Matches(page, "href=\"#([^\"]+)\"").Select(m => m.Groups[1].Value).ToArray();

        ids.ShouldBeUnique();
        targets.Length.ShouldBeGreaterThan(40);
        targets.Except(ids).ShouldBeEmpty();
    }

    [Test]
    public void A_cell_shows_the_worst_of_its_checks()
    {
        var row = ValidationMatrix.Story.Single(r => r.Id == "AC1.1");
        var passed = SampleRun.Mixed.Results.Single(r => r is { Row: "AC1.1", Cluster: "infra", Half: RowHalf.Live });
        var run = SampleRun.Mixed with { Results = [passed, passed with { Outcome = ResultOutcome.Failed }, passed with { Outcome = ResultOutcome.Skipped }] };

        MatrixCell.Of(run, row, "infra").Outcome.ShouldBe(ResultOutcome.Failed);
        MatrixCell.Of(run with { Results = [passed, passed with { Outcome = ResultOutcome.Skipped }] }, row, "infra").Outcome.ShouldBe(ResultOutcome.Skipped);
        MatrixCell.Of(run, row, "apps").Outcome.ShouldBeNull("no check ran there, and that is not a success");
    }

    [Test]
    public void Every_row_has_an_id_of_its_own() => ValidationMatrix.Of(SampleRun.Mixed).Select(r => r.Id).ShouldBeUnique();

    [Test]
    public void A_row_beyond_the_story_stands_with_its_criterion() =>
        ValidationMatrix.Of(SampleRun.Mixed).Select(r => r.Id).Take(4).ShouldBe(["AC1.1", "AC1.2", "AC1.3", "AC1.9"]);

    [Test]
    public void A_run_without_a_cluster_does_not_pass_for_an_acceptance()
    {
        var rendered = SampleRun.Mixed with { Results = [.. SampleRun.Mixed.Results.Where(r => r.Half == RowHalf.Rendered)] };

        Wording.Verdict(rendered).ShouldEndWith("none of them on a cluster");
        Wording.Verdict(SampleRun.Mixed).ShouldBe($"2 of {SampleRun.Mixed.Results.Count} checks failed, 1 skipped");
    }

    [Test]
    public void JUnit_counts_what_the_run_has_and_says_why()
    {
        var suites = XDocument.Parse(Files["junit.xml"]).Root!;

        ((int)suites.Attribute("tests")!, (int)suites.Attribute("failures")!, (int)suites.Attribute("skipped")!)
            .ShouldBe((SampleRun.Mixed.Results.Count, 2, 1));
        suites.Elements("testsuite").Select(s => s.Attribute("name")!.Value).ShouldBe(["infra", "apps"]);
        suites.Descendants("failure").First().Attribute("message")!.Value.ShouldBe("the process runs as uid 0 <root> & may write");
        suites.Descendants("skipped").ShouldHaveSingleItem().Attribute("message")!.Value.ShouldContain("Cilium");
    }

    [Test]
    public void Terminal_output_does_not_break_JUnit()
    {
        var odd = SampleRun.Mixed.Results[0] with { Outcome = ResultOutcome.Failed, Reason = "\u001b[31mred\0", Observed = "]]>" };

        XDocument.Parse(JUnitReport.Write(SampleRun.Mixed with { Results = [odd] })).Descendants("failure").ShouldHaveSingleItem();
    }

    [Test]
    public void Markdown_has_every_row_of_the_matrix_as_one_line()
    {
        var lines = Files["report.md"].Split('\n');

        foreach (var row in ValidationMatrix.Of(SampleRun.Mixed))
        {
            lines.ShouldContain(l => l.StartsWith($"| {row.Criterion} | {row.Check} |"), row.Id);
        }

        lines.ShouldContain("| AC5 | The process is not root | uid 65532, seen from inside | ❌ live | ◻️ not run |");
        lines.ShouldContain("| AC2 | Its address on apps | 10.247.0.10 | n/a | ✅ rendered<br>✅ live |");
    }

    [Test]
    public void Json_holds_the_figures_and_not_every_question()
    {
        using var json = JsonDocument.Parse(Files["evidence.json"]);
        var disruption = json.RootElement.GetProperty("results").EnumerateArray().Last().GetProperty("disruptions")[0];

        disruption.GetProperty("report").GetProperty("failures").GetInt32().ShouldBeGreaterThan(1000);
        disruption.GetProperty("events").GetArrayLength().ShouldBe(3);
        disruption.TryGetProperty("timeline", out _).ShouldBeFalse();
        Files["evidence.json"].Length.ShouldBeLessThan(200_000);
    }
}
