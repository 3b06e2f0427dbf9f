using System.Text.Json;
using System.Xml.Linq;
using PlatformGitOps.Acceptance.Criteria;

namespace PlatformGitOps.Acceptance.Evidence;

public sealed class EvidenceTests
{
    private static readonly IReadOnlyDictionary<string, string> Files = EvidenceFolder.Files(SampleRun.Mixed);

    [Test]
    public async Task A_sample_report_lies_beside_those_of_runs() =>
        File.Exists(Path.Combine(
            await EvidenceFolder.WriteAsync(SampleRun.Mixed, EvidenceFolder.Default, TestContext.CurrentContext.CancellationToken),
            "report.html")).ShouldBeTrue();

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
    public void The_notes_have_each_check_with_what_was_seen()
    {
        var notes = Files["dev-notes.md"];

        SampleRun.Mixed.Lines.ShouldAllBe(line => notes.Contains($"### {line.Check} ", StringComparison.Ordinal));
        notes.ShouldContain("**infra**: ❌ failed, live: the process runs as uid 0 &lt;root> & may write");
        notes.ShouldContain("uid 0 in coredns-7d4b8c6f5-x2x8q\n````");
        notes.ShouldContain("$ kubectl --context infra -n kube-system get deployment,service,pods -l k8s-app=kube-dns\n10.245.0.10\n");
    }

    [Test]
    public void Only_commands_that_read_are_run()
    {
        var commands = Catalog.Checks.Select(check => check.Line.Command).OfType<string>()
            .Select(command => command.Replace("{context}", "kind-a.b/c@d:1", StringComparison.Ordinal)).ToList();

        commands.Where(command => command.Contains(" get ", StringComparison.Ordinal))
            .ShouldAllBe(command => CommandOutput.OnlyReads(command));
        commands.Where(CommandOutput.OnlyReads).ShouldAllBe(command => command.Contains(" get ", StringComparison.Ordinal));
        foreach (var command in new[]
        {
            "kubectl --context a -n kube-system delete pod x", "kubectl --context a get pods; reboot", "kubectl --context a get pods $(id)",
            "kubectl --context a get pods | sh", "kubectl --context a;id get pods", "kubectl --context a get pods > /etc/passwd",
        })
        {
            CommandOutput.OnlyReads(command).ShouldBeFalse(command);
        }
    }

    [Test]
    public void A_cell_shows_the_worst_of_its_checks()
    {
        var line = SampleRun.Mixed.Lines.Single(entry => entry.Check == "AC1.1");
        var passed = SampleRun.Mixed.Results.Single(r => r is { Check: "AC1.1", Cluster: "infra", Mode: CheckMode.Live });
        var (failed, skipped) = (passed with { Outcome = ResultOutcome.Failed }, passed with { Outcome = ResultOutcome.Skipped });
        var run = SampleRun.Mixed with { Results = [passed, failed, skipped] };

        MatrixCell.Of(run, line, "infra").Outcome.ShouldBe(ResultOutcome.Failed);
        MatrixCell.Of(run with { Results = [passed, passed with { Outcome = ResultOutcome.Skipped }] }, line, "infra")
            .Outcome.ShouldBe(ResultOutcome.Skipped);
        MatrixCell.Of(run, line, "apps").Outcome.ShouldBeNull("no check ran there, and that is not a success");
    }

    [Test]
    public void A_run_without_a_cluster_is_not_an_acceptance()
    {
        var still = SampleRun.Mixed with { Results = [.. SampleRun.Mixed.Results.Where(r => r.Mode == CheckMode.Static)] };

        Wording.Verdict(still).ShouldEndWith("none of them on a cluster");
        Wording.Verdict(SampleRun.Mixed).ShouldBe($"2 of {SampleRun.Mixed.Results.Count} checks failed, 1 skipped");
    }

    [Test]
    public void Each_cluster_has_its_verdict_and_each_reason_is_given_once()
    {
        Wording.Verdict(SampleRun.Mixed, "apps")
            .ShouldBe($"DNS of apps: {SampleRun.Mixed.Results.Count(r => r.Cluster == "apps")} checks passed");
        var skipped = SampleRun.Mixed.Results.Take(3).Select(r => r with { Outcome = ResultOutcome.Skipped, Reason = "no cluster" });

        Wording.SkipReasons(SampleRun.Mixed with { Results = [.. skipped] }).ShouldHaveSingleItem().Results.Count.ShouldBe(3);
    }

    [Test]
    public void What_the_definition_switches_off_is_neither_passed_nor_failed()
    {
        var passed = SampleRun.Mixed.Results.Where(r => r is { Cluster: "apps", Outcome: ResultOutcome.Passed }).ToList();
        var off = passed[0] with { Outcome = ResultOutcome.NotApplicable, Reason = "not applicable: monitoring.flavour is none" };
        var run = SampleRun.Mixed with { Results = [off, .. passed.Skip(1)] };

        Wording.Verdict(run, "apps").ShouldBe($"DNS of apps: {passed.Count - 1} checks passed");
        Wording.SkipReasons(run).ShouldHaveSingleItem().Reason.ShouldBe(off.Reason);
        MatrixCell.Of(run with { Results = [off] }, run.Lines.Single(line => line.Check == off.Check), "apps")
            .Outcome.ShouldBe(ResultOutcome.NotApplicable);
    }

    [Test]
    public async Task Attachments_of_parallel_tasks_are_all_kept()
    {
        var log = new EvidenceLog(TimeProvider.System);
        log.Begin(SampleRun.Mixed.Results[0]);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => log.Add(new Attachment { Title = $"{i}" }))));
        log.Close(result => result);

        log.Results.ShouldHaveSingleItem().Attachments.Count.ShouldBe(200);
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
        var odd = SampleRun.Mixed.Results[0] with
        {
            Outcome = ResultOutcome.Failed,
            Reason = "\u001b[31mred\0 \ud800 \ud83d\ude00",
            Observed = "]]>",
        };

        XDocument.Parse(JUnitReport.Write(SampleRun.Mixed with { Id = "run\ud800\u0001", Results = [odd] }))
            .Descendants("failure").ShouldHaveSingleItem().Attribute("message")!.Value.ShouldEndWith("\ud83d\ude00");
    }

    [Test]
    public void Markdown_has_every_line_of_the_matrix_as_one_row()
    {
        var lines = Files["report.md"].Split('\n');

        foreach (var line in SampleRun.Mixed.Lines)
        {
            lines.ShouldContain(l => l.StartsWith($"| {line.Criterion} | {line.Title} |"), line.Check);
        }

        lines.ShouldContain(l => l.StartsWith("| AC5 | Pod runs as non-root |") && l.EndsWith("| ❌ live | ◻️ not run |"));
        lines.ShouldContain(l => l.Contains("| infra: 10.245.0.10; apps: 10.247.0.10 | ✅ static<br>✅ live |"));
    }

    [Test]
    public void Json_holds_the_figures_and_not_every_query()
    {
        using var json = JsonDocument.Parse(Files["evidence.json"]);
        var disruption = json.RootElement.GetProperty("results").EnumerateArray().Last().GetProperty("disruptions")[0];

        disruption.GetProperty("report").GetProperty("failures").GetInt32().ShouldBeGreaterThan(1000);
        disruption.GetProperty("events").GetArrayLength().ShouldBe(3);
        disruption.TryGetProperty("timeline", out _).ShouldBeFalse();
        Files["evidence.json"].Length.ShouldBeLessThan(200_000);
    }
}
