namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>A patch that a cluster gives to several Flux Kustomizations may fit one of them alone.</summary>
public sealed class SharedPatchTests
{
    private const string Target = "patch-without-target";
    private const string Replace = "patch-replace-missing";

    /// <summary>The releases of both layers are patched; the one of CoreDNS has a releaseName.</summary>
    private const string OfLayers = """
        patches:
          - target: {kind: Kustomization, name: cluster-.+-.+}
            patch: |
              - op: add
                path: /spec/patches
                value:
                  - target: {kind: HelmRelease}
                    patch: |
                      - {op: replace, path: /spec/releaseName, value: dns}

        """;

    private static readonly string[][] Fleets = [["one"], ["one", "two"]];

    [TestCaseSource(nameof(Fleets))]
    public void What_fits_one_layer_is_no_typing_error(string[] clusters) => Check(OfLayers, clusters).ShouldBeEmpty();

    [TestCaseSource(nameof(Fleets))]
    public void What_fits_no_layer_is_one_in_each_cluster(string[] clusters)
    {
        var found = Check(OfLayers.Replace("releaseName", "none"), clusters);

        found.Select(finding => (finding.Rule, finding.File)).ShouldBe(clusters.Select(name => (Replace, FileOf(name))));
        found.ShouldAllBe(finding => finding.Position.Line == FoundAt);
    }

    /// <summary>The layer of the definitions has no release of this name.</summary>
    [TestCase("releaseName", null)]
    [TestCase("none", Replace)]
    public void A_layer_without_the_object_is_not_one_that_fits(string key, string? rule)
    {
        var patches = OfLayers.Replace("{kind: HelmRelease}", "{kind: HelmRelease, name: coredns}")
            .Replace("releaseName", key);

        Check(patches, "one", "two").Select(finding => finding.Rule).ShouldBe(rule is null ? [] : [rule, rule]);
    }

    /// <summary>The release of the definitions has no key that is near to it.</summary>
    [Test]
    public void What_fits_no_layer_has_the_advice_of_the_layer_that_has_a_near_key() =>
        Check(OfLayers.Replace("releaseName", "releaseNam"), "one").ShouldHaveSingleItem()
            .Fix.ShouldBe("Did you mean 'releaseName'? To add a field, write 'op: add'.");

    [Test]
    public void A_target_that_no_layer_has_is_found_in_each_cluster() =>
        Check(OfLayers.Replace("kind: HelmRelease", "kind: Job"), "one", "two")
            .Select(finding => (finding.Rule, finding.File)).ShouldBe([(Target, FileOf("one")), (Target, FileOf("two"))]);

    /// <summary>It is a patch of the same file, and the layers do not get it.</summary>
    [Test]
    public void A_patch_of_the_cluster_itself_is_not_one_of_the_layers()
    {
        const string Own = "  - target: {kind: Kustomization}\n    patch: |\n      - {op: replace, path: /spec/timeoutt, value: 1m}\n";

        var finding = Check(OfLayers + Own, "one").ShouldHaveSingleItem();
        (finding.Rule, finding.Fix).ShouldBe((Replace, "Did you mean 'timeout'? To add a field, write 'op: add'."));
    }

    private static int FoundAt => LinesOf(Tree("one").Files[FileOf("one")]) + LinesOf(OfLayers);

    private static int LinesOf(string text) => text.Count(letter => letter == '\n');

    private static Finding[] Check(string patches, params string[] clusters) =>
    [
        .. Linter.Check(clusters.Aggregate(Tree(clusters), (tree, name) => tree.With(FileOf(name), tree.Files[FileOf(name)] + patches))
                .Source(), LintOptions.Of(Platform(clusters)))
            .Where(finding => finding.Rule is Target or Replace),
    ];

    private static EditedTree Tree(params string[] clusters) => EditedTree.Of(Platform(clusters));

    private static Platform Platform(string[] clusters) => Given.Defined("""
        repository: { url: "https://github.com/example/platform.git" }
        defaults: { monitoring: { release: monitoring } }
        clusters:

        """ + string.Concat(clusters.Select((name, index) => $"  - {{ name: {name}, network: "
            + $"{{ pods: 10.{index + 1}.0.0/16, services: 10.{index + 101}.0.0/16, isolated: true }} }}\n")));

    private static string FileOf(string cluster) => $"kubernetes/clusters/{cluster}/kustomization.yaml";
}
