using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Criteria.Live;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Proof that the live halves can fail, nightly and by <c>--filter TestCategory=LiveSabotage</c>: the row that owns a sabotage goes red
/// and says why, the drift report shows it, and every other row that does not disturb DNS stays as it is.
/// </summary>
[Explicit("breaks a running cluster on purpose, and takes its time")]
public sealed class LiveSabotageTests
{
    /// <summary>Whatever it breaks, a change by hand is drift.</summary>
    private const string Drift = "AC6.3";

    private static IEnumerable<TestCaseData> Sabotages() =>
        LiveSabotages.All.Select(sabotage => new TestCaseData(sabotage)
            .SetName($"Live sabotage is caught: {sabotage.Name} ({sabotage.Owner})").SetCategory("LiveSabotage"));

    [TestCaseSource(nameof(Sabotages))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_row_alone(LiveSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get("infra", cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "a sabotage breaks DNS on purpose; the setting may-disrupt allows it");
        await ClientPods.Ensure(cluster, cancellationToken);
        // Tried before anything is broken: the trial's policy would be one more sabotage.
        var enforced = await PolicyTrial.IsEnforced(cluster, cancellationToken);
        cluster.Needs(enforced || !sabotage.NeedsEnforcement, "the network plugin of this cluster enforces no NetworkPolicy");
        var owner = Catalog.Rows.Single(entry => entry.Id == sabotage.Owner);
        await owner.Look(cluster, cancellationToken);
        try
        {
            await sabotage.Do(cluster, cancellationToken);
            await TestContext.Progress.WriteLineAsync($"infra: {sabotage.Name}: {owner.Id} has to go red, and no other row");
            var says = await LiveRows.Red(owner, cluster, cancellationToken);
            says.ShouldNotBeNull($"'{sabotage.Name}' went unseen");
            says.ShouldContain(sabotage.Says, customMessage: says);
            var others = await LiveRows.RedBeside(owner, sabotage.Companions.Keys, cluster, cancellationToken);
            others.Keys.Append(owner.Id).ShouldContain(Drift, "the drift report does not show it");
            others.Where(other => other.Key != Drift && !sabotage.Companions.ContainsKey(other.Key)).Select(other => $"{other.Key}: {other.Value}")
                .ShouldBeEmpty($"'{sabotage.Name}' turns other rows red too");
        }
        finally
        {
            await sabotage.Undo(cluster, CancellationToken.None);
            await Rollout.Done(cluster, CancellationToken.None);
        }

        await owner.Look(cluster, cancellationToken);
    }

    [Test]
    public void Every_companion_is_a_row() =>
        LiveSabotages.All.SelectMany(sabotage => sabotage.Companions.Keys).Except(Catalog.Rows.Select(row => row.Id)).ShouldBeEmpty();
}
