using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The page in a browser: opened from disk, without a network.</summary>
[CancelAfter(120_000)]
public sealed partial class ReportInBrowserTests
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    private string folder = "";

    [SetUp]
    public async Task GivenARunsEvidence() => folder = await EvidenceFolder.WriteAsync(
        RedRun.Mixed, Directory.CreateTempSubdirectory("evidence-").FullName, TestContext.CurrentContext.CancellationToken);

    [TearDown]
    public void RemoveIt() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    [Test]
    public async Task The_matrix_can_be_read_out_of_the_page()
    {
        var page = await BrowseAsync("--dump-dom");

        var cells = RowPattern().Matches(page).SelectMany(row => CellPattern().Matches(row.Groups["cells"].Value)
            .Select(cell =>
                (Row: row.Groups["id"].Value, Cluster: cell.Groups["cluster"].Value,
                    Outcome: WebUtility.HtmlDecode(cell.Groups["outcome"].Value))));
        cells.ShouldBe(RedRun.Mixed.Lines.SelectMany(line => RedRun.Mixed.Clusters.Select(cluster =>
            (line.Check, cluster, Wording.Of(MatrixCell.Of(RedRun.Mixed, line, cluster).Outcome)))));
        Regex.Count(page, "<svg ").ShouldBe(RedRun.Mixed.Results.Sum(result => result.Disruptions.Count), "a picture for each disruption");
    }

    /// <summary>In a frame, because a window of Chromium is at least 500 pixels wide.</summary>
    [Test]
    public async Task The_matrix_fits_a_phone_and_a_screen([Values(390, 1200)] int width, [Values] bool oneCluster)
    {
        if (oneCluster)
        {
            var run = RedRun.Mixed;
            var only = run.Clusters[0];
            await EvidenceFolder.WriteAsync(
                run with { Clusters = [only], Results = [.. run.Results.Where(result => result.Cluster == only)] },
                Path.GetDirectoryName(folder)!, TestContext.CurrentContext.CancellationToken);
        }

        var frame = Path.Combine(folder, "frame.html");
        await File.WriteAllTextAsync(frame, $$"""
            <iframe src="report.html" style="width: {{width}}px; height: 900px; border: 0" onload="
              const matrix = this.contentDocument.querySelector('.matrix').parentElement, page = this.contentDocument.documentElement;
              document.title = `matrix ${matrix.scrollWidth - matrix.clientWidth}, page ${page.scrollWidth - page.clientWidth}`"></iframe>
            """);

        (await BrowseAsync(frame, ["--dump-dom", "--allow-file-access-from-files", "--virtual-time-budget=5000"]))
            .ShouldContain("<title>matrix 0, page 0</title>");
    }

    [TestCase("light")]
    [TestCase("dark")]
    public async Task The_page_can_be_rendered(string scheme)
    {
        var picture = Path.Combine(folder, $"report-{scheme}.png");

        await BrowseAsync(
            $"--screenshot={picture}", "--window-size=1280,4200", "--hide-scrollbars",
            $"--blink-settings=preferredColorScheme={(scheme == "dark" ? 0 : 1)}");

        var octets = await File.ReadAllBytesAsync(picture);
        octets[1..4].ShouldBe("PNG"u8.ToArray());
        octets.Length.ShouldBeGreaterThan(50_000, "an empty page would be smaller");
        var kept = Path.Combine(TestContext.CurrentContext.WorkDirectory, Path.GetFileName(picture));
        File.Copy(picture, kept, overwrite: true);
        TestContext.AddTestAttachment(kept, $"The report, {scheme}");
    }

    private Task<string> BrowseAsync(params string[] what) => BrowseAsync(Path.Combine(folder, "report.html"), what);

    private static async Task<string> BrowseAsync(string page, string[] what)
    {
        var browser = Browsers.Select(LocalProgram.Find).FirstOrDefault(file => file is not null);
        if (browser is null)
        {
            Assert.Ignore("no Chromium is on the PATH; install one (Debian: chromium) to look at the report in it.");
        }

        var profile = Directory.CreateTempSubdirectory("browser-");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                browser!,
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync", $"--user-data-dir={profile.FullName}", .. what, new Uri(page).AbsoluteUri,
                ])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
            await process.WaitForExitAsync(TestContext.CurrentContext.CancellationToken);
            process.ExitCode.ShouldBe(0, await error);
            return output;
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    [GeneratedRegex("<tr data-check=\"(?<id>[^\"]+)\">(?<cells>.*?)</tr>", RegexOptions.Singleline)]
    private static partial Regex RowPattern();

    [GeneratedRegex("<td data-cluster=\"(?<cluster>[^\"]+)\" data-outcome=\"(?<outcome>[^\"]+)\"")]
    private static partial Regex CellPattern();
}
