using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Proof that the static halves can fail: for each sabotage exactly the criterion that owns it goes red and says why.</summary>
public sealed class StaticSabotageTests
{
    private static IEnumerable<TestCaseData> Sabotages() =>
        StaticSabotages.All.Select(sabotage => new TestCaseData(sabotage).SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Owner})").SetCategory("Sabotage"));

    [TestCaseSource(nameof(Sabotages))]
    public void Is_caught_by_its_criterion_alone(StaticSabotage sabotage)
    {
        var red = Red(RenderedCluster.From(Repository.Committed, "infra", sabotage.Do));
        red.Keys.ShouldContain(sabotage.Owner, $"'{sabotage.Name}' went unseen");
        red[sabotage.Owner].ShouldContain(sabotage.Says);
        red.Keys.Select(id => id.Split('.')[0]).Distinct().ShouldBe([sabotage.OwningCriterion], $"'{sabotage.Name}' turns other criteria red too");
    }

    [Test]
    public void An_undefined_variable_fails_the_whole_delivery() =>
        Should.Throw<MissingException>(() => RenderedCluster.From(
                Repository.Committed, "infra", tree => tree.Settings.Document["data"]!.AsObject().Remove("COREDNS_REPLICAS")))
            .Message.ShouldContain("COREDNS_REPLICAS is not set");

    [Test]
    public void Without_a_sabotage_nothing_is_red() =>
        Red(RenderedCluster.From(Repository.Committed, "infra")).ShouldBeEmpty();

    [Test]
    public void Every_row_with_a_static_half_is_proven_by_a_sabotage() =>
        Catalog.Rows.Where(row => row.Static is not null).Select(row => row.Id)
            .Except(StaticSabotages.All.Select(sabotage => sabotage.Owner))
            .ShouldBeEmpty("rows that nothing has ever turned red");

    private static Dictionary<string, string> Red(RenderedCluster tree)
    {
        var red = new Dictionary<string, string>();
        foreach (var row in Catalog.Rows.Where(row => row.Static is not null))
        {
            try
            {
                row.Static!(tree);
            }
            catch (Exception exception) when (exception is ShouldAssertException or MissingException)
            {
                red[row.Id] = exception.Message;
            }
        }

        return red;
    }
}
