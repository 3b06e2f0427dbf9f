using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Machine;

namespace PlatformGitOps.Acceptance;

/// <summary>Around every test of the suite.</summary>
[SetUpFixture]
public sealed class SuiteLifetime
{
    [OneTimeSetUp]
    public async Task SayWhatThisMachineCanDo() => await ThisMachine.Report(CancellationToken.None);

    [OneTimeTearDown]
    public async Task RemoveWhatTheRunMade()
    {
        await LiveClusters.Release(TestContext.CurrentContext.Result.FailCount > 0, CancellationToken.None);
        if (RunSession.HasBegun)
        {
            await (await RunSession.Current).DisposeAsync();
        }
    }
}
