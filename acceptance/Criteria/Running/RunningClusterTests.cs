using NUnit.Framework.Interfaces;

namespace PlatformGitOps.Acceptance.Criteria.Running;

/// <summary>Every live check of every criterion on one cluster: first those that only look, at once, then the others in turn.</summary>
[TestFixtureSource(typeof(RunningClusters), nameof(RunningClusters.Clusters))]
public sealed class RunningClusterTests(string cluster)
{
    private const int LimitMilliseconds = 900_000;

    /// <summary>Before its first check: the time that this takes is not the check's. Why it failed is said by every check.</summary>
    [OneTimeSetUp]
    public async Task BringTheCluster()
    {
        await RunningClusters.Take();
        if ((await ThisMachine.Report(CancellationToken.None)).Clusters != ClusterChoice.None)
        {
            await ((Task)LiveClusters.Get(cluster, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [ChecksOfTheCluster(onlyLooking: true)]
    [LookedAtFirst]
    [CancelAfter(LimitMilliseconds)]
    public Task Holds_in_the_running_cluster(Check check, string role, CheckMode mode, CancellationToken cancellationToken) =>
        Run(check, cancellationToken);

    /// <summary>Its limit begins after the wait for those that look; that of the attribute would begin before.</summary>
    [ChecksOfTheCluster(onlyLooking: false)]
    public async Task Holds_in_the_running_cluster_while_it_changes(Check check, string role, CheckMode mode)
    {
        var stopped = TestContext.CurrentContext.CancellationToken;
        await LookedAtFirstAttribute.Done(cluster, stopped);
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
        var live = await LiveClusters.Get(cluster, cancellationToken);
        EvidenceLog.Starts();
        await check.RunLive(live, cancellationToken);
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
            foreach (var part in OptionalPart.All)
            {
                await part.Off(cluster, CancellationToken.None);
            }
        }
        finally
        {
            RunningClusters.Release();
        }
    }
}
