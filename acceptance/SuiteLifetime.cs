namespace PlatformGitOps.Acceptance;

/// <summary>Runs before and after all tests of the suite.</summary>
[SetUpFixture]
public sealed class SuiteLifetime
{
    [OneTimeSetUp]
    public async Task ReportMachineCapabilities()
    {
        // Before any test starts a program, so that no program outlives the run.
        await RunSession.Current;
        await MachineCapabilities.Report(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task RemoveWhatTheRunMade()
    {
        await WriteEvidence();
        await LiveClusters.Release(TestContext.CurrentContext.Result.FailCount > 0, CancellationToken.None);
        await GitServer.Stop();
        await OciRegistry.Stop();
        await (await RunSession.Current).DisposeAsync();
    }

    private static async Task WriteEvidence()
    {
        if (EvidenceLog.Current.Results.Count == 0)
        {
            return;
        }

        var machine = await MachineCapabilities.Report(CancellationToken.None);
        var clusters = UsedClusters.Text(
            machine, EvidenceLog.Current.Results.Any(result => result.Mode == CheckMode.Live), LiveClusters.Asked, LiveClusters.Up);
        EvidenceLog.Fact(UsedClusters.Label, clusters);
        var run = EvidenceLog.Current.ToRun(Repository.Roles, Expectation.Lines(Repository.Roles));
        var folder = await EvidenceFolder.WriteAsync(run, EvidenceFolder.Default, CancellationToken.None);
        await TestContext.Progress.WriteLineAsync($"acceptance: clusters: {clusters}");
        await TestContext.Progress.WriteLineAsync($"acceptance: evidence in {Path.Combine(folder, "report.html")}");
        if (SuiteSettings.Current.WriteDocuments && !Wording.IsPartial(run.Results))
        {
            await RecordedRun.WriteAsync(run, Path.Combine(Repository.Root, "docs"), CancellationToken.None);
        }

        if (Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } summary)
        {
            await File.AppendAllTextAsync(summary, MarkdownReport.Write(run));
        }
    }
}
