using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Proves that static checks can fail: each sabotage fails its own check with the expected message, and no other criterion.
/// </summary>
public sealed class StaticSabotageTests
{
    private static IEnumerable<TestCaseData> Cases() => Sabotages.Static.Select(sabotage =>
        new TestCaseData(sabotage).SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Check})").SetCategory("Sabotage"));

    [TestCaseSource(nameof(Cases))]
    public void Is_caught_by_its_criterion_alone(StaticSabotage sabotage)
    {
        var check = Catalog.Checks.Single(entry => entry.Id == sabotage.Check);
        var tree = sabotage.Definition is not { } name ? StorySample.Tree.For(check)
            : DefinedTree.Generated(DefinedTree.Read(StorySample.Definition(name)), null);
        var failed = Failed(RenderedCluster.From(tree, tree.Clusters[0], sabotage.Apply));
        failed.Keys.ShouldContain(sabotage.Check, $"'{sabotage.Name}' was not noticed");
        failed[sabotage.Check].ShouldContain(sabotage.ExpectedMessage);
        failed.Keys.Select(id => id.Split('.')[0]).Distinct().ShouldBe([sabotage.Criterion], $"'{sabotage.Name}' fails other criteria too");
    }

    private static IEnumerable<TestCaseData> Definitions() =>
        Directory.GetFiles(Path.Combine(StorySample.Folder, "definitions"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetName($"Every_check_passes_for {Path.GetFileNameWithoutExtension(file)}"));

    [TestCaseSource(nameof(Definitions))]
    public void Every_check_passes_for_any_definition(string file)
    {
        var tree = DefinedTree.Generated(DefinedTree.Read(file), null);
        tree.Clusters.SelectMany(
            cluster => Failed(RenderedCluster.From(tree, cluster)).Select(check => $"{cluster}: {check.Key}: {check.Value}"))
            .ShouldBeEmpty();
    }

    private static IEnumerable<TestCaseData> InNamespaces()
    {
        const string Role = "dns-health-controller-checks";
        StaticSabotage[] sabotages =
        [
            new("a namespace without its Role", "Health.11", $"Role shop/{Role} does not exist",
                tree => tree.HealthController.RemoveAll(resource => resource is { Kind: "Role", Namespace: "shop" })),
            new("it may read Secrets of one namespace", "Health.11", $"Role shop/{Role} is not what the controller needs",
                tree => tree.HealthController.Single(resource => resource is { Kind: "Role", Namespace: "shop" })
                    .At("rules[0].resources")!.AsArray().Add("secrets")),
            new("all namespaces beside those that are named", "Health.11", "where the definition gives it none",
                tree => tree.HealthController.Add(new Resource(JsonNode.Parse($$"""
                    {"kind": "ClusterRoleBinding", "metadata": {"name": "{{Role}}"},
                     "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"} }
                    """)!.AsObject()))),
            new("EndpointSlices of one namespace", "Health.16", "not as the definition says",
                tree => tree.HealthController.Single(resource => resource is { Kind: "Role", Namespace: "shop" })
                    .At("rules[0].resources")!.AsArray().Add("endpointslices")),
        ];
        return sabotages.Select(sabotage => new TestCaseData(sabotage)
            .SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Check})").SetCategory("Sabotage"));
    }

    /// <summary>The other sabotages' tree has a ClusterRole.</summary>
    [TestCaseSource(nameof(InNamespaces))]
    public void Is_caught_with_a_Role_in_each_namespace(StaticSabotage sabotage)
    {
        var file = StorySample.Definition("health-controller-namespaces");
        var failed = Failed(RenderedCluster.From(DefinedTree.Generated(DefinedTree.Read(file), null), StorySample.Cluster, sabotage.Apply));
        failed.Keys.ShouldContain(sabotage.Check, $"'{sabotage.Name}' was not noticed");
        failed[sabotage.Check].ShouldContain(sabotage.ExpectedMessage);
    }

    private static IEnumerable<string> Charts() => CoreDnsChart.Delivered.Select(version => version.ToString());

    [TestCaseSource(nameof(Charts))]
    public void Every_check_passes_for_each_released_chart(string version)
    {
        var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == "coredns")!.Publisher;
        var story = StorySample.Tree.Platform;
        var tree = DefinedTree.Generated(story.WithChart("coredns", story.Charts["coredns"].At(SemVer.Parse(version), publisher)), null);
        Failed(RenderedCluster.From(tree, StorySample.Cluster)).ShouldBeEmpty();
    }

    [Test]
    public void An_undefined_variable_fails_the_whole_delivery() =>
        Should.Throw<MissingException>(() => RenderedCluster.From(
                StorySample.Tree, StorySample.Cluster, tree => tree.Settings.Document["data"]!.AsObject().Remove("COREDNS_REPLICAS")))
            .Message.ShouldContain("COREDNS_REPLICAS is not set");

    [Test]
    public void A_file_edited_by_hand_is_drift_and_nothing_else()
    {
        const string Path = "kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml";
        var files = Tree.Build(StorySample.Tree.Platform)
            .Select(file => file.Path == Path ? file with { Text = file.Text + "# by hand\n" } : file);
        var failed = Failed(RenderedCluster.From(StorySample.Tree with { Source = SourceTree.Of(files) }, StorySample.Cluster));
        failed.ShouldHaveSingleItem().Key.ShouldBe("AC6.3");
        failed["AC6.3"].ShouldContain(Path);
    }

    [Test]
    public void Without_a_sabotage_nothing_fails()
    {
        foreach (var criterion in Catalog.Checks.DistinctBy(check => check.Criterion.Id))
        {
            Failed(RenderedCluster.From(StorySample.Tree.For(criterion), StorySample.Cluster)).ShouldBeEmpty();
        }
    }

    [Test]
    public void Every_static_check_is_proven_by_a_sabotage() =>
        Catalog.Checks.Where(check => check.Static is not null).Select(check => check.Id)
            .Except(Sabotages.Static.Select(sabotage => sabotage.Check))
            .ShouldBeEmpty("checks that no sabotage has failed");

    /// <summary>
    /// Checks of the health controller need a tree with it. That tree also has CoreDNS under the controller, which docs/adoption.md
    /// recommends for later.
    /// </summary>
    private static bool AppliesTo(Check check, RenderedCluster tree) =>
        check.NotApplicable(tree) is null && (check.Criterion.Id != "Adoption" || tree.HealthController.Count == 0);

    private static Dictionary<string, string> Failed(RenderedCluster tree)
    {
        var failed = new Dictionary<string, string>();
        foreach (var check in Catalog.Checks.Where(check => check.Static is not null && AppliesTo(check, tree)))
        {
            try
            {
                check.RunStatic(tree);
            }
            catch (Exception exception) when (exception is ShouldAssertException or MissingException)
            {
                failed[check.Id] = exception.Message;
            }
            catch (IgnoreException exception)
            {
                // It would skip this test, and no sabotage would be tested anymore.
                throw new InvalidOperationException($"{check.Id} skips itself where Check.NotApplicable has to: {exception.Message}");
            }
        }

        return failed;
    }
}
