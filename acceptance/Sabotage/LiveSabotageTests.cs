using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Proof that the live halves can fail, nightly and by <c>--filter TestCategory=LiveSabotage</c>.</summary>
[Explicit("breaks a running cluster on purpose, and takes its time")]
public sealed class LiveSabotageTests
{
    private static IEnumerable<TestCaseData> Sabotages() =>
        LiveSabotages.All.Select(sabotage => new TestCaseData(sabotage)
            .SetName($"Live sabotage is caught: {sabotage.Name} ({sabotage.Owner})").SetCategory("LiveSabotage"));

    [TestCaseSource(nameof(Sabotages))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_row(LiveSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get("infra", cancellationToken);
        if (sabotage.NeedsEnforcement)
        {
            await ClientPods.Ensure(cluster, cancellationToken);
            cluster.Needs(await PolicyTrial.IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        }

        var row = Catalog.Rows.Single(entry => entry.Id == sabotage.Owner);
        await row.Live!(cluster, cancellationToken);
        try
        {
            await sabotage.Do(cluster, cancellationToken);
            var red = await Red(row, cluster, cancellationToken);
            red.ShouldNotBeNull($"'{sabotage.Name}' went unseen");
            red.Message.ShouldContain(sabotage.Says);
        }
        finally
        {
            await sabotage.Undo(cluster, CancellationToken.None);
            await Rollout.Done(cluster, CancellationToken.None);
        }

        await row.Live(cluster, cancellationToken);
    }

    private static async Task<Exception?> Red(Row row, LiveCluster cluster, CancellationToken cancellationToken)
    {
        using var hurry = Eventually.Hurry(0.3);
        try
        {
            await row.Live!(cluster, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is ShouldAssertException or NeverHeldException or NotYetException)
        {
            return exception;
        }
    }
}
