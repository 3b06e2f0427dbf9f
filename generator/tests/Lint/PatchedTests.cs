namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>What a patch changes is found in the file of the patch, and what a patch no longer uses is not unused.</summary>
public sealed class PatchedTests
{
    private const string Layer = "kubernetes/clusters/infra/coredns.yaml";
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string File = "kubernetes/infrastructure/networking/coredns/patch.yaml";

    private const string Replace = "    - target: {kind: HelmRelease}\n      patch: |\n        - op: replace\n          path: PATH\n"
        + "          value: VALUE\n";

    [TestCase("/spec/values/replicaCount", "4")]
    [TestCase("/spec/values/resources", "{}")]
    public void A_setting_is_used_where_a_patch_replaces_what_uses_it(string path, string value) =>
        Check(Layer, "  sourceRef:\n", $"  patches:\n{Of(path, value)}  sourceRef:\n")
            .Select(finding => finding.Rule).ShouldNotContain("variable-unused");

    [Test]
    public void So_it_is_where_a_patch_deletes_the_object() => Check(Layer, "  sourceRef:\n",
        "  patches:\n    - target: {kind: PodDisruptionBudget}\n      patch: |\n        $patch: delete\n        apiVersion: policy/v1\n"
            + "        kind: PodDisruptionBudget\n        metadata:\n          name: any\n  sourceRef:\n").ShouldBeEmpty();

    [Test]
    public void A_word_of_an_inline_patch_has_its_line()
    {
        var finding = Check(Layer, "  sourceRef:\n", $"  patches:\n{Of("/spec/driftDetection/mode", "enable")}  sourceRef:\n")
            .ShouldHaveSingleItem();

        (finding.Rule, finding.File).ShouldBe(("flux-value-unknown", Layer));
        LineOf(finding, Layer, "  sourceRef:\n", $"  patches:\n{Of("/spec/driftDetection/mode", "enable")}  sourceRef:\n")
            .ShouldBe("          value: enable");
    }

    [Test]
    public void A_key_of_an_inline_patch_has_its_line()
    {
        const string Patch = "  patches:\n    - target: {kind: HelmRelease}\n      patch: |\n"
            + "        apiVersion: helm.toolkit.fluxcd.io/v2\n        kind: HelmRelease\n        metadata:\n          name: any\n"
            + "        spec:\n          driftDetction:\n"
            + "            mode: enabled\n  sourceRef:\n";
        var finding = Check(Layer, "  sourceRef:\n", Patch).ShouldHaveSingleItem();

        (finding.Rule, finding.File).ShouldBe(("flux-key-unknown", Layer));
        LineOf(finding, Layer, "  sourceRef:\n", Patch).ShouldBe("          driftDetction:");
    }

    /// <summary>The base is shorter or longer than the patch: a line of the one is another place in the other.</summary>
    [TestCase("- {op: replace, path: /spec/values/isClusterService, value: false}\n")]
    [TestCase("- {op: add, path: /spec/values/isClusterService, value: false}\n")]
    public void A_finding_of_a_patch_file_is_a_place_in_it(string patch)
    {
        var findings = new LintFixture("", "")
            .Edit(Folder, "resources:\n", "patches:\n  - path: patch.yaml\n    target: {kind: HelmRelease, name: coredns}\nresources:\n")
            .Value("    k8sAppLabelOverride: kube-dns\n", "    isClusterService: true\n    k8sAppLabelOverride: kube-dns\n")
            .Add(File, patch).Check();

        var finding = findings.Single(finding => finding.Rule == "not-a-cluster-service");
        (finding.File, finding.Position.Line).ShouldBe((File, 1));
    }

    private static string Of(string path, string value) => Replace.Replace("PATH", path)
        .Replace("VALUE", value);

    private static IReadOnlyList<Finding> Check(string file, string old, string now) =>
        new LintFixture("", "").Edit(file, old, now).Check();

    private static string LineOf(Finding finding, string file, string old, string now)
    {
        var text = new LintFixture("", "").Edit(file, old, now).Files()[file];
        return text.Split('\n')[finding.Position.Line - 1];
    }
}
