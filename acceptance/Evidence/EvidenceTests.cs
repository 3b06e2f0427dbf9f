using System.Xml.Linq;

namespace PlatformGitOps.Acceptance.Evidence;

public sealed class EvidenceTests
{
    private static readonly IReadOnlyDictionary<string, string> Files = EvidenceFolder.Files(RedRun.Mixed);

    [Test]
    public void The_same_run_gives_the_same_files() => EvidenceFolder.Files(RedRun.Mixed).ShouldBe(Files);

    [Test]
    public void The_page_loads_nothing_and_runs_nothing()
    {
        var page = Files["report.html"];

        page.ShouldNotContain("<script");
        page.ShouldNotContain(" src=");
        System.Text.RegularExpressions.Regex.Matches(page, "href=\"([^\"]+)\"").Select(m => m.Groups[1].Value)
            .ShouldAllBe(target => target.StartsWith('#') || !target.Contains("//"));
        page.ShouldNotContain("url(");
        page.ShouldNotContain("@import");
    }

    [Test]
    public void Text_of_a_cluster_cannot_become_markup() =>
        Files["report.html"].ShouldContain("uid 0 &lt;root&gt; &amp; may write");

    /// <summary>The verdict of each cluster, failures with reasons, what did not run, the matrix, the evidence.</summary>
    [Test]
    public void The_page_begins_with_the_verdicts_and_the_failures()
    {
        var page = Files["report.html"];

        new[]
        {
            "class=\"verdict", "id=\"failed\"", "the process runs as uid 0", "id=\"skipped\"", "class=\"about", "id=\"matrix\"",
            "id=\"evidence\"",
        }
            .Select(part => page.IndexOf(part, StringComparison.Ordinal)).ShouldBeInOrder();
    }

    [Test]
    public void Each_row_of_the_matrix_has_the_command_that_a_person_types_and_the_beginning_of_what_was_seen()
    {
        var row = Files["report.html"].Split("<tr data-check=\"AC5.1\">")[1].Split("</tr>")[0];

        var command = $"kubectl --context {RedRun.Cluster} -n kube-system get deployment,service,pods -l k8s-app=kube-dns";
        row.ShouldContain($"<code>{command}</code>");
        row.ShouldContain("<code>uid 0 in coredns-7d4b8c6f5-x2x8q</code>");
        Files["report.md"].ShouldContain($"| `{command}` | ");
    }

    [TestCase("10.245.0.10", "10.245.0.10", 0)]
    [TestCase("first\n$ kubectl get x\nNAME   READY\na      1/1\nb      0/1\n$ kubectl get y\nz", "a 1/1", 1)]
    [TestCase("$ kubectl get x\napiVersion: v1\nkind: Service", null, 2)]
    [TestCase("$ kubectl get x\n", null, 0)]
    public void A_cell_shows_the_beginning_of_what_the_command_of_its_row_printed(string observed, string? first, int more) =>
        Wording.Beginning(RedRun.Mixed.Results[0] with { Commands = ["kubectl get x"], Observed = observed }).ShouldBe((first, more));

    [Test]
    public void A_long_line_is_cut_in_the_matrix() =>
        Wording.Beginning(RedRun.Mixed.Results[0] with { Observed = new string('x', 500) }).First!.Length.ShouldBe(72);

    [Test]
    public void Output_is_shown_as_a_terminal_does_below_its_command() =>
        Files["report.html"].ShouldContain("-l k8s-app=kube-dns\n# The suite saw:\nuid 0 in coredns-7d4b8c6f5-x2x8q</code></pre>");

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

        RedRun.Mixed.Lines.ShouldAllBe(line => notes.Contains($"### {line.Check} "));
        notes.ShouldContain($"**{RedRun.Cluster}**: ❌ failed, live: the process runs as uid 0 &lt;root> & may write");
        notes.ShouldContain("uid 0 in coredns-7d4b8c6f5-x2x8q\n````");
        notes.ShouldContain(
            $"$ kubectl --context {RedRun.Cluster} -n kube-system get deployment,service,pods -l k8s-app=kube-dns\n"
            + "# The suite saw:\nuid 0 in");
    }

    [Test]
    public void Only_commands_that_read_are_run()
    {
        var commands = Catalog.Checks.Select(check => check.Line.Command).OfType<string>()
            .Select(command => command.Replace("{context}", "kind-a.b/c@d:1")
                .Replace("{policies}", "cnp")).ToList();

        commands.Where(command => command.StartsWith("kubectl ", StringComparison.Ordinal))
            .Where(command => command.Contains(" get ")).ShouldAllBe(command => CommandOutput.OnlyReads(command));
        commands.Where(CommandOutput.OnlyReads).ShouldAllBe(command => command.Contains(" get "));
        foreach (var command in new[]
        {
            "kubectl --context a -n kube-system delete pod x", "kubectl --context a get pods; reboot", "kubectl --context a get pods $(id)",
            "kubectl --context a get pods | sh", "kubectl --context a;id get pods", "kubectl --context a get pods > /etc/passwd",
        })
        {
            CommandOutput.OnlyReads(command).ShouldBeFalse(command);
        }
    }

    private const string Jobs = "kubectl --context a -n kube-system get job x";

    [Test]
    public async Task A_command_is_seen_while_there_is_something_to_see()
    {
        var there = true;
        var kept = await Kept(
            async () =>
            {
                await CommandOutput.Seen();
                there = false;
                await CommandOutput.Seen();
            },
            () => there ? new Printed("x   Complete\n", "a warning", 0) : new Printed("", "NotFound", 1));

        kept.ShouldBe([$"$ {Jobs}\nx   Complete"]);
    }

    /// <summary>AC5.8: the command shows the component's policy, which the check applies later and removes.</summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task The_policy_that_a_check_applies_is_seen_before_it_is_removed(CancellationToken cancellationToken)
    {
        var policies = new List<string>();
        var kept = await Kept(
            async () =>
            {
                foreach (var name in new[] { "deny-all", "allow-dns" })
                {
                    await EgressEnforcement.While(
                        policy => Task.Run(() => policies.Add(policy.Name), cancellationToken),
                        policy => Task.Run(() => policies.Remove(policy.Name), cancellationToken),
                        [new Resource(Pods.Manifest("NetworkPolicy", name, null, new JsonObject(), "networking.k8s.io/v1"))],
                        _ => Task.CompletedTask, "nothing is waited for", cancellationToken);
                }
            },
            () => policies.Contains("allow-dns") ? new Printed("allow-dns   <none>   1s\n", "", 0) : new Printed("", "", 1));

        kept.ShouldBe([$"$ {Jobs}\nallow-dns   <none>   1s"]);
        policies.ShouldBeEmpty();
    }

    [TestCase("y   1/1\n", "y   1/1")]
    [TestCase("", "# It printed nothing at the end of the check (exit code 1). Error from server (NotFound): jobs \"x\" not found")]
    public async Task At_the_end_of_a_check_an_error_is_not_what_it_saw(string output, string kept)
    {
        var printed = new Printed(output, "Error from server (NotFound): jobs \"x\" not found\n", output.Length > 0 ? 0 : 1);

        (await Kept(() => Task.CompletedTask, () => printed)).ShouldBe([$"$ {Jobs}\n{kept}"]);
    }

    [Test]
    public async Task The_command_of_a_check_that_fails_is_kept_and_that_of_a_skipped_one_is_not()
    {
        var kept = new List<string>();
        await Should.ThrowAsync<InvalidOperationException>(() => Around(kept, () => throw new InvalidOperationException()));
        kept.Count.ShouldBe(1);
        await Should.ThrowAsync<IgnoreException>(() => Around(kept, () => throw new IgnoreException("")));
        kept.Count.ShouldBe(1);
        await CommandOutput.Seen();
        kept.Count.ShouldBe(1, "no check runs");

        static Task Around(List<string> kept, Func<Task> check) =>
            CommandOutput.Around(Jobs, _ => Task.FromResult(new Printed("x", "", 0)), check, kept.Add);
    }

    private static async Task<List<string>> Kept(Func<Task> check, Func<Printed> printed)
    {
        var kept = new List<string>();
        await CommandOutput.Around(Jobs, _ => Task.FromResult(printed()), check, kept.Add);
        return kept;
    }

    [Test]
    public void A_cell_shows_the_worst_of_its_checks()
    {
        var passed = RedRun.Mixed.Results.First(r => r is { Mode: CheckMode.Live, Outcome: ResultOutcome.Passed });
        var line = RedRun.Mixed.Lines.Single(entry => entry.Check == passed.Check);
        var (failed, skipped) = (passed with { Outcome = ResultOutcome.Failed }, passed with { Outcome = ResultOutcome.Skipped });
        var run = RedRun.Mixed with { Results = [passed, failed, skipped] };

        MatrixCell.Of(run, line, passed.Cluster).Outcome.ShouldBe(ResultOutcome.Failed);
        MatrixCell.Of(run with { Results = [passed, passed with { Outcome = ResultOutcome.Skipped }] }, line, passed.Cluster)
            .Outcome.ShouldBe(ResultOutcome.Skipped);
        MatrixCell.Of(run, line, "elsewhere").Outcome.ShouldBeNull("no check ran there, and that is not a success");
    }

    [Test]
    public void A_run_without_a_cluster_is_not_an_acceptance()
    {
        var passed = RedRun.Mixed.Results.First(r => r.Outcome == ResultOutcome.Passed);
        var still = RedRun.Mixed with { Results = [passed with { Mode = CheckMode.Static }] };

        Wording.Verdict(still).ShouldEndWith("none of them on a cluster");
        Wording.Verdict(RedRun.Mixed).ShouldStartWith($"2 of {RedRun.Mixed.Count(ResultOutcome.Passed) + 2} checks failed; not run: ");
    }

    [Test]
    public void Each_cluster_has_its_verdict_and_each_reason_is_given_once()
    {
        var passed = RedRun.Recorded.Results.Where(r => r is { Mode: CheckMode.Live, Outcome: ResultOutcome.Passed }).Take(3).ToList();
        Wording.Verdict(RedRun.Recorded with { Results = [.. passed.Select(r => r with { Cluster = "apps" })] }, "apps")
            .ShouldBe("DNS of apps: healthy, 3 of 3 checks passed");
        var skipped = RedRun.Mixed.Results.Take(3).Select(r => r with { Outcome = ResultOutcome.Skipped, Reason = "no cluster" });

        Wording.SkipReasons(RedRun.Mixed with { Results = [.. skipped] }).ShouldHaveSingleItem().Results.Count.ShouldBe(3);
        Wording.Verdict(RedRun.Mixed with { Results = [.. skipped] }).ShouldBe("no check ran; not run: 3");
    }

    [Test]
    public void Checks_of_disabled_features_are_neither_passed_nor_failed()
    {
        var passed = RedRun.Mixed.Results.Where(r => r.Cluster == RedRun.Cluster && r.Outcome == ResultOutcome.Passed).ToList();
        var off = passed[0] with { Outcome = ResultOutcome.NotApplicable, Reason = "not applicable: monitoring.flavour is none" };
        var run = RedRun.Mixed with { Results = [off, .. passed.Skip(1)] };

        Wording.Verdict(run, RedRun.Cluster).ShouldBe(
            $"DNS of {RedRun.Cluster}: healthy, {passed.Count - 1} of {passed.Count - 1} checks passed; not applicable: 1");
        Wording.SkipReasons(run).ShouldHaveSingleItem().Reason.ShouldBe(off.Reason);
        MatrixCell.Of(run with { Results = [off] }, run.Lines.Single(line => line.Check == off.Check), RedRun.Cluster)
            .Outcome.ShouldBe(ResultOutcome.NotApplicable);
    }

    [Test]
    public async Task Attachments_of_parallel_tasks_are_all_kept()
    {
        var log = new EvidenceLog(TimeProvider.System);
        log.Begin(RedRun.Mixed.Results[0]);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => log.Add(new Attachment { Title = $"{i}" }))));
        log.Close(result => result);

        log.Results.ShouldHaveSingleItem().Attachments.Count.ShouldBe(200);
    }

    [Test]
    public void A_clock_that_is_set_back_changes_no_duration()
    {
        var time = new SetBack();
        var log = new EvidenceLog(time);
        log.Begin(RedRun.Mixed.Results[0]);
        time.Passes(TimeSpan.FromSeconds(90));
        log.StartNow();
        time.Passes(TimeSpan.FromSeconds(7));
        log.Close(result => result);

        log.Results.ShouldHaveSingleItem().Duration.ShouldBe(TimeSpan.FromSeconds(7));
        log.Results[0].StartedAt.ShouldBe(SetBack.Noon);
        log.ToRun([], []).Duration.ShouldBe(TimeSpan.FromSeconds(97));
    }

    [Test]
    public void JUnit_has_counts_and_reasons()
    {
        var suites = XDocument.Parse(Files["junit.xml"]).Root!;

        ((int)suites.Attribute("tests")!, (int)suites.Attribute("failures")!, (int)suites.Attribute("skipped")!)
            .ShouldBe((RedRun.Mixed.Results.Count, 2,
                RedRun.Mixed.Count(ResultOutcome.Skipped) + RedRun.Mixed.Count(ResultOutcome.NotApplicable)));
        suites.Elements("testsuite").Select(s => s.Attribute("name")!.Value).ShouldBe(RedRun.Mixed.Clusters);
        suites.Descendants("failure").First().Attribute("message")!.Value.ShouldBe("the process runs as uid 0 <root> & may write");
        suites.Descendants("skipped").ShouldContain(skipped => skipped.Attribute("message")!.Value.Contains("Cilium"));
    }

    [Test]
    public void Terminal_output_does_not_break_JUnit()
    {
        var odd = RedRun.Mixed.Results[0] with
        {
            Outcome = ResultOutcome.Failed,
            Reason = "\u001b[31mred\0 \ud800 \ud83d\ude00",
            Observed = "]]>",
        };

        XDocument.Parse(JUnitReport.Write(RedRun.Mixed with { Id = "run\ud800\u0001", Results = [odd] }))
            .Descendants("failure").ShouldHaveSingleItem().Attribute("message")!.Value.ShouldEndWith("\ud83d\ude00");
    }

    [Test]
    public void Markdown_has_every_line_of_the_matrix_as_one_row()
    {
        var lines = Files["report.md"].Split('\n');

        foreach (var line in RedRun.Mixed.Lines)
        {
            lines.ShouldContain(l => l.StartsWith($"| {line.Criterion} | {line.Title} |"), line.Check);
        }

        lines.ShouldContain(l => l.StartsWith("| AC5 | Pod runs as non-root |")
            && l.EndsWith("| ❌ live<br>`uid 0 in coredns-7d4b8c6f5-x2x8q` |"
                + string.Concat(RedRun.Mixed.Clusters.Skip(1).Select(_ => " ◻️ not run |"))));
    }

    [TestCase("dig web", "`dig web`")]
    [TestCase("a | b", @"`a \| b`")]
    [TestCase("say `date`", "`` say `date` ``")]
    [TestCase("``", "``` `` ```")]
    [TestCase("a ` b `` c ``` d", "```` a ` b `` c ``` d ````")]
    public void Markdown_fences_code_with_more_backticks_than_the_text_has(string text, string code) =>
        MarkdownReport.Code(text).ShouldBe(code);

    [Test]
    public void Json_holds_the_figures_and_not_every_query()
    {
        using var json = JsonDocument.Parse(Files["evidence.json"]);
        var disruption = json.RootElement.GetProperty("results").EnumerateArray().Last().GetProperty("disruptions")[0];

        disruption.GetProperty("report").GetProperty("failures").GetInt32().ShouldBeGreaterThan(1000);
        disruption.GetProperty("events").GetArrayLength().ShouldBe(3);
        disruption.TryGetProperty("timeline", out _).ShouldBeFalse();
        disruption.GetProperty("picture").GetProperty("lanes").EnumerateArray()
            .ShouldAllBe(lane => lane.GetProperty("slices").GetString()!.Length < 12_000);
    }

    /// <summary>Its wall clock is fixed; its timestamps are not.</summary>
    private sealed class SetBack : TimeProvider
    {
        public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        private long passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Passes(TimeSpan time) => passed += time.Ticks;

        public override DateTimeOffset GetUtcNow() => Noon;

        public override long GetTimestamp() => passed;
    }
}
