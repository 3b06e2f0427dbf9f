using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Acceptance.Criteria.Live;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Proof that the live halves of the health controller can fail. Apart from the others, because the cluster runs another definition
/// meanwhile, against which rows on the committed one would see drift.
/// </summary>
[Category("HealthSabotage")]
[Explicit("breaks a running cluster on purpose, and takes its time")]
public sealed class HealthSabotageTests
{
    private static IEnumerable<TestCaseData> Sabotages() =>
        HealthSabotages.InTheCluster.Select(sabotage => new TestCaseData(sabotage)
            .SetName($"Live sabotage is caught: {sabotage.Name} ({sabotage.Owner})"));

    [TestCaseSource(nameof(Sabotages))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_row(LiveSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(await LiveClusters.Get("infra", cancellationToken), cancellationToken);
        var row = Catalog.Rows.Single(entry => entry.Id == sabotage.Owner);
        try
        {
            await sabotage.Do(cluster, cancellationToken);
            var says = await LiveRows.Red(row, cluster, cancellationToken);
            says.ShouldNotBeNull($"'{sabotage.Name}' went unseen");
            says.ShouldContain(sabotage.Says, customMessage: says);
        }
        finally
        {
            await sabotage.Undo(cluster, CancellationToken.None);
        }

        await row.Look(cluster, cancellationToken);
    }

    [OneTimeTearDown]
    public Task TakeTheHealthControllerAway() => CheckedCluster.GiveBack(CancellationToken.None);
}
