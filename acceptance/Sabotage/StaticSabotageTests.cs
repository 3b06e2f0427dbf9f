using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Proof that the static halves can fail: for each sabotage exactly the criterion that owns it goes red and says why.</summary>
public sealed class StaticSabotageTests
{
    private static IEnumerable<TestCaseData> Sabotages() =>
        StaticSabotages.All.Select(sabotage => new TestCaseData(sabotage).SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Owner})").SetCategory("Sabotage"));

    [TestCaseSource(nameof(Sabotages))]
    public void Is_caught_by_its_criterion_alone(StaticSabotage sabotage)
    {
        var red = Red(RenderedCluster.From(Repository.TreeOf(sabotage.OwningCriterion), "infra", sabotage.Do));
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
    public void A_file_edited_by_hand_is_drift_and_nothing_else()
    {
        const string Path = "kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml";
        var files = Tree.Build(Repository.Platform).Select(file => file.Path == Path ? file with { Text = file.Text + "# by hand\n" } : file);
        var red = Red(RenderedCluster.From(SourceTree.Of(files), "infra"));
        red.ShouldHaveSingleItem().Key.ShouldBe("AC6.3");
        red["AC6.3"].ShouldContain(Path);
    }

    [Test]
    public void Without_a_sabotage_nothing_is_red()
    {
        Red(RenderedCluster.From(Repository.Committed, "infra")).ShouldBeEmpty();
        Red(RenderedCluster.From(Repository.WithHealthController, "infra")).ShouldBeEmpty();
    }

    [Test]
    public void Every_row_with_a_static_half_is_proven_by_a_sabotage() =>
        Catalog.Rows.Where(row => row.Static is not null).Select(row => row.Id)
            .Except(StaticSabotages.All.Select(sabotage => sabotage.Owner))
            .ShouldBeEmpty("rows that nothing has ever turned red");

    /// <summary>
    /// The health controller's rows need a tree that has one. That tree is not the definition's, which AC6.3 compares it with, and has
    /// CoreDNS under the controller, which docs/adoption.md leaves for afterwards.
    /// </summary>
    private static bool IsAbout(Row row, RenderedCluster tree) => row switch
    {
        { Criterion: "Health" } => tree.HealthController.Count > 0,
        { Id: "AC6.3" } or { Criterion: "Adoption" } => !ReferenceEquals(tree.Source, Repository.WithHealthController),
        _ => true,
    };

    private static Dictionary<string, string> Red(RenderedCluster tree)
    {
        var red = new Dictionary<string, string>();
        foreach (var row in Catalog.Rows.Where(row => row.Static is not null && IsAbout(row, tree)))
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
