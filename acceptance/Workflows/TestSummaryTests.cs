namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>The summary of <c>dotnet test</c> for the solution, from results in VSTest's format.</summary>
public sealed class TestSummaryTests
{
    private const string Passed = """<UnitTestResult testId="1" testName="Answers" outcome="Passed" />""";

    private const string Failed = """
        <UnitTestResult testId="1" testName="Answers(&quot;a&quot;)" outcome="Failed">
          <Output><ErrorInfo><Message>  the answer
            should be
        1
            but was
        2</Message><StackTrace>at line 1</StackTrace></ErrorInfo></Output>
        </UnitTestResult>
        """;

    private const string Skipped = """
        <UnitTestResult testId="2" testName="Delivers" outcome="NotExecuted">
          <Output><ErrorInfo><Message>OneTimeSetUp: SetUp : helm is not on PATH; install it</Message></ErrorInfo></Output>
        </UnitTestResult>
        """;

    [Test]
    public async Task Reasons_of_skipped_tests_are_counted_and_the_last_line_counts_all_projects() =>
        (await Say(succeeded: true, ("Dns.Tests", Run(Passed + Skipped)), ("Acceptance", Run(Passed + Passed + Skipped + Skipped))))
            .ShouldBe(["Skipped, and why:", "     3  helm is not on PATH; install it", "3 passed, 0 failed, 3 skipped"]);

    [Test]
    public async Task Failed_tests_are_named_with_their_messages_right_above_the_last_line() =>
        (await Say(succeeded: false, ("Dns.Tests", Run(Failed + Skipped)), ("Acceptance", Run(Passed)))).ShouldBe(
        [
            "Skipped, and why:", "     1  helm is not on PATH; install it",
            "Failed:", "  Example.Tests.Answers(\"a\")", "      the answer", "      should be", "      1", "      but was", "      2",
            "1 passed, 1 failed, 1 skipped",
        ]);

    [Test]
    public async Task A_class_with_arguments_is_named_without_them_because_it_is_a_filter_of_the_next_run() =>
        (await Say(
            succeeded: false,
            ("Dns.Tests", Run(Failed).Replace("Example.Tests", "Example.Tests(&quot;a&quot;)"))))
            .ShouldContain("  Example.Tests.Answers(\"a\")");

    [Test]
    public async Task A_process_that_crashed_is_a_failure_of_its_project() =>
        (await Say(succeeded: false, ("Dns.Tests", Run(Passed, outcome: "Failed", text: "Reason: Test host process crashed"))))
            .ShouldBe(["Failed:", "  Dns.Tests: the test run was aborted", "      Reason: Test host process crashed",
                "1 passed, 1 failed, 0 skipped"]);

    [Test]
    public async Task A_project_that_was_not_built_is_a_failure() =>
        (await Say(succeeded: false, ("Dns.Tests", Run(Passed)))).ShouldBe(
            ["Failed:", "  A project was not built, or its tests did not run", "      The errors are further up.",
                "1 passed, 1 failed, 0 skipped"]);

    /// <summary>The failed class alone would run again, and the run would end well without the other project.</summary>
    [Test]
    public async Task A_project_without_results_is_a_failure_beside_a_failed_test()
    {
        var lines = await Say(
            "SummarizeTests", ["-p:TestsSucceeded=False", "-p:TestProjects=Dns.Tests%3BGenerator%3BAcceptance"],
            [("Dns.Tests", Run(Failed))]);

        lines.ShouldContain("  Acceptance: no results");
        lines[^1].ShouldBe("0 passed, 2 failed, 0 skipped");
    }

    [Test]
    public async Task Results_that_cannot_be_read_are_a_failure()
    {
        var lines = await Say(succeeded: true, ("Dns.Tests", "<TestRun"));
        lines.ShouldContain("  Dns.Tests: the results cannot be read");
        // MSBuild prints the target's error from another thread, before or after the counts.
        lines.ShouldContain("0 passed, 1 failed, 0 skipped");
    }

    [TestCase("0.40 1.00 1.00 1/400 1", "9.00 3.10 1.00 1/400 1", 4, false)]
    [TestCase("0.40 1.00 1.00 1/400 1", "2.00 1.50 1.00 1/400 1", 2, true, Description = "too few processors")]
    [TestCase("3.10 1.00 1.00 1/400 1", "9.00 3.10 1.00 1/400 1", 4, true, Description = "other work when the run began")]
    [TestCase("0.40 1.00 1.00 1/400 1", "2.00 7.10 1.00 1/400 1", 4, true, Description = "more to do than it can")]
    [TestCase("-", "-", 4, true, Description = "no figure of the load")]
    public async Task The_substrates_dns_tests_have_three_minutes_on_a_machine_that_does_nothing_else(
        string load, string after, int processors, bool excused)
    {
        // Two of them in parallel, and one later: 100 s, and 81 s.
        string[] properties =
            ["-p:TestsSucceeded=True", $"-p:LoadBefore={load}", $"-p:LoadAfter={after}", $"-p:TestProcessors={processors}"];
        var lines = await Say("SummarizeTests", properties,
        [
            ("Acceptance", Run(Timed("10:00:00", "10:01:40") + Timed("10:00:20", "10:01:10") + Timed("10:05:00.5", "10:06:21.5"))
                .Replace("Example.Tests", "Example.Substrate.SubstrateTests")),
        ]);
        lines.ShouldContain("The substrate's DNS tests: 3 in 181 s of 180 s"
            + (excused ? ", which this machine is too small or too busy for" : ""));
        lines.ShouldContain($"3 passed, {(excused ? 0 : 1)} failed, 0 skipped");
        lines.Contains("  The substrate's DNS tests took 181 s").ShouldBe(!excused);
    }

    private static string Timed(string from, string to) => $"""
        <UnitTestResult testId="1" testName="Answers" outcome="Passed"
          startTime="2026-01-01T{from}+00:00" endTime="2026-01-01T{to}+00:00" />
        """;

    private static string Run(string results, string outcome = "Completed", string text = "") => $"""
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
          <Results>{results}</Results>
          <TestDefinitions>
            <UnitTest id="1"><TestMethod className="Example.Tests" name="Answers" /></UnitTest>
            <UnitTest id="2"><TestMethod className="Example.Tests" name="Delivers" /></UnitTest>
          </TestDefinitions>
          <ResultSummary outcome="{outcome}">
            <Counters failed="0" />
            <RunInfos><RunInfo><Text>{text}</Text></RunInfo></RunInfos>
          </ResultSummary>
        </TestRun>
        """;

    [Test]
    public async Task The_summary_knows_whether_the_runs_before_it_ended_well() =>
        (await Say("VSTest", [], [])).ShouldBe(["0 passed, 0 failed, 0 skipped"], "the file alone has no project, and no run that failed");

    private static Task<IReadOnlyList<string>> Say(bool succeeded, params IEnumerable<(string Project, string Trx)> results) =>
        Say("SummarizeTests", [$"-p:TestsSucceeded={succeeded}"], results);

    private static async Task<IReadOnlyList<string>> Say(
        string target, IEnumerable<string> properties, IEnumerable<(string Project, string Trx)> results)
    {
        var folder = Directory.CreateTempSubdirectory("test-summary-");
        try
        {
            foreach (var (project, trx) in results)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, project + ".trx"), trx);
            }

            var run = await Cli.Wrap("dotnet")
                .WithArguments(["msbuild", Path.Combine(Repository.Root, "Directory.Solution.targets"), $"-t:{target}", "-nologo",
                    $"-p:TestResults={folder.FullName}", .. properties])
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken);
            return run.StandardOutput.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).ToList();
        }
        finally
        {
            // The target VSTest removes it.
            folder.Refresh();
            if (folder.Exists)
            {
                folder.Delete(recursive: true);
            }
        }
    }
}
