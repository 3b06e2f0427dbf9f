namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Clusters with the same values share what is built from them; each has its findings in its own files.</summary>
public sealed class SharedBuildTests
{
    private const string Rule = "no-node";

    [Test]
    public void Each_cluster_has_its_findings_in_its_own_file()
    {
        var (tree, findings) = Linted();

        var found = findings.Where(finding => finding.Rule == Rule).ToArray();
        found.Select(finding => Layout.ClusterOf(finding.File)).ShouldBe(["alpha", "beta", "gamma"]);
        found.Select(finding => tree[finding.File].Split('\n')[finding.Position.Line - 1]).Distinct().ShouldHaveSingleItem();
    }

    [Test]
    public void They_are_one_finding_of_three_clusters() =>
        Folding.Fold(Linted().Findings, new HashSet<string> { "alpha", "beta", "gamma" })
            .Single(finding => finding.Rule == Rule).AlsoIn.ShouldBe(["beta", "gamma"]);

    private static (IReadOnlyDictionary<string, string> Tree, IReadOnlyCollection<Finding> Findings) Linted()
    {
        // The file of beta has more lines above the values.
        var platform = Given.Defined("""
            repository: { url: "https://github.com/example/platform.git" }
            defaults: { values: { coredns: { nodeSelector: { kubernetes.io/os: windows } } } }
            clusters:
              - { name: alpha, network: { pods: 10.1.0.0/16, services: 10.101.0.0/16, isolated: true } }
              - { name: beta, network: { pods: 10.2.0.0/16, services: 10.102.0.0/16, isolated: true }, dependsOn: [one, two, three] }
              - { name: gamma, network: { pods: 10.3.0.0/16, services: 10.103.0.0/16, isolated: true } }
            """);
        var edited = EditedTree.Of(platform);
        return (edited.Files, Linter.Check(edited.Source(), LintOptions.Of(platform)));
    }
}
