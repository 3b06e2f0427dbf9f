using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Criteria;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Each step of a guide is needed as it is: otherwise queries are lost, or a later step fails.</summary>
[Explicit("takes DNS down on purpose")]
public sealed class AdoptionSabotageTests
{
    [TestCase("Give the pods the chart's labels", "the step \"Shape the Service as the chart writes it\" failed")]
    [TestCase("Bridge the change of the ports' names", "nothing ready is behind the port udp-53")]
    [TestCase("Mark what Helm adopts", "key \"meta.helm.sh/release-name\"")]
    [Category("LiveSabotage")]
    [CancelAfter(900_000)]
    public async Task A_step_that_is_left_out_is_noticed(string step, string expectedMessage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "this breaks DNS on purpose; the setting may-disrupt allows it");
        AdoptionGuide.Committed.Steps.ShouldContain(entry => entry.Title == step);
        var noticed = await Noticed(
            () => AdoptionCriterion.OfDistribution(cluster, AdoptionGuide.Committed.Without(step), cancellationToken));
        noticed.ShouldNotBeNull("the missing step was not noticed").ShouldContain(expectedMessage, customMessage: noticed);
    }

    [TestCase("Let go of the Deployment and its pods", "the step \"Deliver\" failed")]
    [TestCase("Give the pods the tree's label", "nothing ready is behind the port udp-53")]
    [Category("LiveSabotage")]
    [CancelAfter(900_000)]
    public async Task A_step_for_an_older_chart_that_is_left_out_is_noticed(
        string step, string expectedMessage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "this breaks DNS on purpose; the setting may-disrupt allows it");
        AdoptionGuide.OfOlderChart.Steps.ShouldContain(entry => entry.Title == step);
        var noticed = await Noticed(
            () => AdoptionCriterion.OfOlderChart(cluster, AdoptionGuide.OfOlderChart.Without(step), cancellationToken));
        noticed.ShouldNotBeNull("the missing step was not noticed").ShouldContain(expectedMessage, customMessage: noticed);
    }

    private static IEnumerable<TestCaseData> Migrations() => MigrationSabotage.All.Select(sabotage =>
        new TestCaseData(sabotage).SetName($"Live sabotage is caught: {sabotage.Name} (Adoption.3)").SetCategory("LiveSabotage"));

    [TestCaseSource(nameof(Migrations))]
    [CancelAfter(900_000)]
    public async Task Another_migration_to_the_substrate_is_noticed(MigrationSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "this breaks DNS on purpose; the setting may-disrupt allows it");
        var noticed = await Noticed(
            () => SubstrateAdoption.OfSubstrate(cluster, sabotage.Guide, sabotage.DeliversSubstrate, cancellationToken));
        noticed.ShouldNotBeNull("the other migration was not noticed").ShouldContain(sabotage.ExpectedMessage, customMessage: noticed);
        await TestContext.Out.WriteLineAsync(noticed);
    }

    /// <summary>What went wrong, a failed assertion among others, which Should.Throw would let through.</summary>
    private static async Task<string?> Noticed(Func<Task> follow)
    {
        try
        {
            await follow();
            return null;
        }
        catch (Exception exception) when (exception is not (IgnoreException or OperationCanceledException))
        {
            return exception.Message;
        }
    }
}
