using PlatformGitOps.Acceptance.Adoption;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Every step of a guide is needed: without it, queries are lost or a later step fails.</summary>
[Explicit("takes DNS down on purpose")]
public sealed class AdoptionSabotageTests
{
    [TestCase("Give the pods the chart's labels", "the step \"Shape the Service as the chart writes it\" failed")]
    [TestCase("Bridge the change of the ports' names", "nothing ready is behind the port udp-53")]
    [TestCase("Mark what Helm adopts", "key \"meta.helm.sh/release-name\"")]
    [Category("LiveSabotage")]
    [CancelAfter(900_000)]
    public Task A_skipped_step_is_detected(string step, string expectedMessage, CancellationToken cancellationToken) =>
        IsNeeded(AdoptionGuide.Committed, step, AdoptionCriterion.OfDistribution, expectedMessage, cancellationToken);

    [TestCase("Let go of the Deployment and its pods", "the step \"Deliver\" failed")]
    [TestCase("Give the pods the tree's label", "nothing ready is behind the port udp-53")]
    [Category("LiveSabotage")]
    [CancelAfter(900_000)]
    public Task A_skipped_step_for_an_older_chart_is_detected(
        string step, string expectedMessage, CancellationToken cancellationToken) =>
        IsNeeded(AdoptionGuide.OfOlderChart, step, AdoptionCriterion.OfOlderChart, expectedMessage, cancellationToken);

    private static IEnumerable<TestCaseData> Migrations() => MigrationSabotage.All.Select(sabotage =>
        new TestCaseData(sabotage).SetName($"Live sabotage is caught: {sabotage.Name} (Adoption.3)").SetCategory("LiveSabotage"));

    [TestCaseSource(nameof(Migrations))]
    [CancelAfter(900_000)]
    public async Task A_wrong_migration_to_the_substrate_is_detected(MigrationSabotage sabotage, CancellationToken cancellationToken)
    {
        var message = await ShouldBeDetected(
            "the other migration",
            cluster => SubstrateAdoption.OfSubstrate(cluster, sabotage.Guide, sabotage.DeliversSubstrate, cancellationToken),
            sabotage.ExpectedMessage, cancellationToken);
        await TestContext.Out.WriteLineAsync(message);
    }

    private static Task IsNeeded(
        AdoptionGuide guide, string step, Func<LiveCluster, AdoptionGuide, CancellationToken, Task> follow, string expectedMessage,
        CancellationToken cancellationToken)
    {
        guide.Steps.ShouldContain(entry => entry.Title == step);
        return ShouldBeDetected(
            "the missing step", cluster => follow(cluster, guide.Without(step), cancellationToken), expectedMessage, cancellationToken);
    }

    /// <returns>The failure's message.</returns>
    private static async Task<string> ShouldBeDetected(
        string what, Func<LiveCluster, Task> follow, string expectedMessage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "this breaks DNS on purpose; the setting may-disrupt allows it");
        var message = (await SabotageDetection.FailureMessage(() => follow(cluster), SabotageDetection.AnyFailure))
            .ShouldNotBeNull($"{what} was not noticed");
        message.ShouldContain(expectedMessage, customMessage: message);
        return message;
    }
}
