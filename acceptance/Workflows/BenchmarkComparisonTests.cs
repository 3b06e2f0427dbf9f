namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>benchmarks/beside.awk: ratios, verdicts and a page from the rows of a measurement.</summary>
[Platform(Exclude = "Win", Reason = "awk")]
public sealed class BenchmarkComparisonTests
{
    private const string Table = "docs/benchmarks/beside.tsv";
    private const string Starts = "start\ttoday\t20\t480\t400\t600\t53\tkube-apiserver v1\n";

    private static readonly string[] Suite =
    [
        "suite\ttoday\t300\t37\t0\t2\t30\t240.0\t", "suite\tabc\t431\t36\t1\t2\t30\t400.0\tinfra AC6.3",
        "suite-checks\tnow\tinfra AC1.3\t41\tpassed", "suite-checks\tthen\tinfra AC1.3\t48\tfailed",
    ];

    [TestCase(Starts + "start\tabc\t20\t1000\t900\t1500\t80\tkube-apiserver v1\n", "start  at most 0.5 of abc: 0.48, met")]
    [TestCase(Starts + "start\tabc\t20\t900\t900\t1500\t80\tkube-apiserver v1\n", "start  at most 0.5 of abc: 0.53, missed")]
    [TestCase(Starts, "start  at most 0.5 of the earlier commit: not measured beside it")]
    public async Task A_bar_is_met_missed_or_was_not_measured(string rows, string verdict) =>
        (await Made(rows, "start")).ShouldBe(verdict + "\n");

    [Test]
    public async Task The_suite_is_judged_by_the_checks_that_passed_on_both_sides()
    {
        var page = await Made(string.Join('\n', Suite) + "\n");

        page.ShouldContain("| abc | 431 s | 36 | 1 (infra AC6.3) | 2 | 30 | 400 s |");
        page.ShouldContain("Bar: at most 0.6 of abc: 0.60, met.");
        page.ShouldContain("| infra AC1.3 | 41 s | 48 s, failed |");
    }

    [Test]
    public async Task The_page_is_made_of_its_rows()
    {
        var page = Path.Combine(Repository.Root, "docs", "benchmarks-beside.md");
        if (File.Exists(Path.Combine(Repository.Root, Table)))
        {
            (await File.ReadAllTextAsync(page)).ShouldBe(await Made(await File.ReadAllTextAsync(Path.Combine(Repository.Root, Table))));
        }
        else
        {
            File.Exists(page).ShouldBeFalse("a page without its rows");
        }
    }

    private static async Task<string> Made(string rows, string only = "") =>
        (await Cli.Wrap("awk").WithWorkingDirectory(Repository.Root)
            .WithArguments(["-F", "\t", "-v", $"only={only}", "-f", "benchmarks/beside.awk", "benchmarks/bars.tsv", "-"])
            .WithStandardInputPipe(PipeSource.FromString(rows))
            .ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken)).StandardOutput;
}
