namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Clusters with the same values share what is built from them; each has its findings in its own files.</summary>
public sealed class SharedBuildTests
{
    private const string Rule = "no-node";
    private const string Replace = "patch-replace-missing";

    /// <summary>The file of beta has more lines above the values.</summary>
    private const string Definition = """
        repository: { url: "https://github.com/example/platform.git" }
        defaults: { monitoring: { release: monitoring }, values: { coredns: { nodeSelector: { kubernetes.io/os: windows } } } }
        clusters:
          - { name: alpha, network: { pods: 10.1.0.0/16, services: 10.101.0.0/16, isolated: true } }
          - { name: beta, network: { pods: 10.2.0.0/16, services: 10.102.0.0/16, isolated: true }, dependsOn: [one, two, three] }
          - { name: gamma, network: { pods: 10.3.0.0/16, services: 10.103.0.0/16, isolated: true } }

        """;

    private static readonly string[] Clusters = ["alpha", "beta", "gamma"];

    private static readonly Platform Defined = Given.Defined(Definition);

    private static readonly EditedTree Tree = EditedTree.Of(Defined);

    [Test]
    public void Each_cluster_has_its_findings_in_its_own_file()
    {
        var found = Check(Tree, Rule);

        found.Select(finding => Layout.ClusterOf(finding.File)).ShouldBe(Clusters);
        found.Select(finding => LineOf(Tree, finding)).Distinct().ShouldHaveSingleItem();
    }

    [Test]
    public void They_are_one_finding_of_three_clusters() =>
        Folding.Fold(Check(Tree, Rule), Clusters.ToHashSet()).Single().AlsoIn.ShouldBe(["beta", "gamma"]);

    /// <summary>Two patches of the same lines are two places, in each cluster.</summary>
    [Test]
    public void A_line_that_a_file_has_twice_is_found_where_it_is_wrong()
    {
        var tree = Twice();

        var found = Check(tree, Replace);

        found.Select(finding => finding.File).ShouldBe(Clusters.SelectMany(name => new[] { FileOf(name), FileOf(name) }));
        foreach (var ofCluster in found.GroupBy(finding => finding.File))
        {
            var lines = tree.Files[ofCluster.Key].Split('\n').Select((text, index) => (text, index))
                .Where(line => line.text.Contains("/spec/none")).Select(line => line.index + 1);
            ofCluster.Select(finding => finding.Position.Line).ShouldBe(lines);
        }
    }

    [TestCase("alpha", "beta", "gamma")]
    [TestCase("gamma", "beta", "alpha")]
    [TestCase("beta", "gamma", "alpha")]
    public void The_cluster_that_is_built_first_decides_nothing(params string[] order)
    {
        var source = Twice().Source();
        var flux = new FluxTree(source);
        var views = order.Select(name => ClusterView.Of(
            flux.Cluster(name, strict: false), LintOptions.Of(Defined).In(name), new TreeText(source))).ToArray();

        foreach (var view in views)
        {
            view.Layers.SelectMany(layer => layer.BuildWarnings).Select(warning => view.Shared.Own(warning.Finding))
                .Select(finding => (finding.File, LineOf(Twice(), finding).Trim())).Distinct()
                .ShouldBe([(FileOf(view.Name), "- {op: replace, path: /spec/none, value: x}")]);
        }
    }

    /// <summary>A cluster may have what it patches in its overlay, in a file of another name.</summary>
    [Test]
    public void Files_of_other_folders_and_names_are_a_clusters_own_too()
    {
        var patches = Clusters.ToDictionary(name => name, name => $"kubernetes/overlays/{name}/of-{name}.yaml");
        var tree = Clusters.Aggregate(Tree, (tree, name) => tree
            .With(FileOf(name), $"{tree.Files[FileOf(name)]}components: [../../overlays/{name}]\n")
            .With($"kubernetes/overlays/{name}/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
                + $"patches: [{{target: {{kind: Kustomization, name: cluster-.+-coredns}}, path: of-{name}.yaml}}]\n")
            .With(patches[name], $"# {name}\n- op: add\n  path: /spec/patches/-\n  value:\n    target: {{kind: HelmRelease}}\n"
                + "    patch: |\n      - {op: replace, path: /spec/none, value: x}\n"));

        var found = Check(tree, Replace);

        found.Select(finding => finding.File).ShouldBe(patches.Values);
        found.ShouldAllBe(finding => LineOf(tree, finding).Contains("/spec/none"));
    }

    /// <summary>The folder is in the file of the cluster, and so is its mention.</summary>
    [Test]
    public void A_component_that_is_missing_is_found_where_it_is_named()
    {
        var tree = Clusters.Aggregate(Tree, (tree, name) => tree.Edit($"kubernetes/clusters/{name}/crds.yaml",
            "  path: ", "  components:\n    - ../none\n  path: "));

        var found = Check(tree, "kustomize-missing");

        found.Select(finding => finding.File).ShouldBe(Clusters.Select(name => $"kubernetes/clusters/{name}/crds.yaml"));
        found.Select(finding => LineOf(tree, finding)).Distinct().ShouldBe(["    - ../none"]);
    }

    [TestCase("alpha", "beta", "gamma")]
    [TestCase("beta", "alpha", "gamma")]
    [TestCase("gamma", "alpha", "beta")]
    public async Task What_one_cluster_keeps_back_the_others_still_have(string ignored, string first, string also)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", Definition
            + $"lint: {{ ignore: [{{ rule: {Rule}, path: 'kubernetes/clusters/{ignored}/**', reason: a test }}] }}\n");
        (await Verb.Run("generate", "-f", definition)).ExitCode.ShouldBe(0);

        var lint = await Verb.Run("lint", "-f", definition);

        lint.Output.ShouldContain("1 ignored with a reason");
        lint.Output.Split('\n').Where(line => line.Contains($" {Rule}:")).ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                line => line.ShouldContain($"kubernetes/clusters/{first}/"),
                line => line.ShouldContain($"And in cluster {also}."));
    }

    private static Finding[] Check(EditedTree tree, string rule) =>
        [.. Linter.Check(tree.Source(), LintOptions.Of(Defined)).Where(finding => finding.Rule == rule)];

    private static string LineOf(EditedTree tree, Finding finding) => tree.Files[finding.File].Split('\n')[finding.Position.Line - 1];

    private static EditedTree Twice() => Clusters.Aggregate(Tree, (tree, name) => tree.With(FileOf(name), tree.Files[FileOf(name)]
        + (name == "beta" ? "# One more line.\npatches:\n" : "patches:\n") + Patch("crds") + Patch("coredns")));

    private static string Patch(string layer) => $$"""
          - target: {kind: Kustomization, name: cluster-.+-{{layer}}}
            patch: |
              - op: add
                path: /spec/patches
                value:
                  - target: {kind: HelmRelease}
                    patch: |
                      - {op: replace, path: /spec/none, value: x}

        """;

    private static string FileOf(string cluster) => $"kubernetes/clusters/{cluster}/kustomization.yaml";
}
