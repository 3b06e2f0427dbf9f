using NUnit.Framework.Interfaces;

namespace PlatformGitOps.Acceptance.Criteria.Running;

/// <summary>All live checks of one cluster: first those that only read, in parallel, then the others one by one.</summary>
[TestFixtureSource(typeof(RunningClusters), nameof(RunningClusters.Clusters))]
public sealed class RunningClusterTests(string cluster)
{
    private const int LimitMilliseconds = 900_000;

    /// <summary>Before the first check, so that its time is not the check's. All checks report why it failed.</summary>
    [OneTimeSetUp]
    public async Task BringTheCluster()
    {
        await RunningClusters.WaitForSlot();
        if ((await MachineCapabilities.Report(CancellationToken.None)).Clusters != ClusterChoice.None)
        {
            await ((Task)LiveClusters.Get(cluster, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [ChecksOfTheCluster(onlyReading: true)]
    [RunsFirst]
    [CancelAfter(LimitMilliseconds)]
    public Task Holds_in_the_running_cluster(Check check, string role, CheckMode mode, CancellationToken cancellationToken) =>
        Run(check, cancellationToken);

    /// <summary>The time limit starts after the wait for the reading checks; an attribute's limit would start before.</summary>
    [ChecksOfTheCluster(onlyReading: false)]
    public async Task Holds_in_the_running_cluster_while_it_changes(Check check, string role, CheckMode mode)
    {
        var stopped = TestContext.CurrentContext.CancellationToken;
        await RunsFirstAttribute.Done(cluster, stopped);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        limit.CancelAfter(LimitMilliseconds);
        try
        {
            await Run(check, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            Assert.Fail($"{check.Id} did not end within {LimitMilliseconds / 1000} s");
        }
    }

    private async Task Run(Check check, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, RunStop.Token);
        var live = await LiveClusters.Get(cluster, either.Token);
        EvidenceLog.Starts();
        await check.RunLive(live, either.Token);
    }

    [TearDown]
    public async Task CollectDiagnosticsOfAFailedCheck()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed
            && TestContext.CurrentContext.Test.Arguments is [Check check, ..]
            && LiveClusters.Running(cluster) is { } live)
        {
            await Diagnostics.Collect(live, $"{cluster}-{check.Id}", CancellationToken.None);
        }
    }

    [OneTimeTearDown]
    public async Task RemoveWhatIsOffByDefault()
    {
        try
        {
            foreach (var part in OptionalFeature.All)
            {
                await part.Remove(cluster, CancellationToken.None);
            }
        }
        finally
        {
            RunningClusters.ReleaseSlot();
        }
    }
}
