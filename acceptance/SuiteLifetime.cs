namespace PlatformGitOps.Acceptance;

/// <summary>Runs before and after all tests of the suite.</summary>
[SetUpFixture]
public sealed class SuiteLifetime
{
    [OneTimeSetUp]
    public async Task ReportMachineCapabilities()
    {
        RunStop.Listen();
        // Before any test starts a program, so that no program outlives the run.
        await RunSession.Current;
        await MachineCapabilities.Report(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task RemoveWhatTheRunMade()
    {
        // Each of them whatever became of those before it: what a run leaves on a cluster of others nobody else removes.
        List<Exception> failures = [];
        foreach (var step in (Func<Task>[])
            [
                WriteEvidence, () => LiveClusters.Release(TestContext.CurrentContext.Result.FailCount > 0, CancellationToken.None),
                async () => await GitServer.Stop(), async () => await OciRegistry.Stop(),
                async () => await (await RunSession.Current).DisposeAsync(),
            ])
        {
            try
            {
                await step();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
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
