using System.Diagnostics;
using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Lint;

public sealed class LintTests
{
    private static readonly string[] Files = ["alerts", "chart-patches", "flux", "pods", "releases", "substrates", "variables"];

    public static IEnumerable<LintFixture> Fixtures => [.. Files.SelectMany(LintCases.Of), .. ExternalDnsFixtures.All, .. PlaceTests.All];

    [TestCaseSource(nameof(Fixtures))]
    public void The_rule_speaks_about_the_edit_and_no_other_rule_does(LintFixture fixture)
    {
        var findings = fixture.Check();

        findings.Select(finding => finding.Rule).Distinct()
            .ShouldBe([fixture.Rule, .. fixture.Also], ignoreOrder: true, $"{fixture.Place}\n{string.Join('\n', findings)}");
        var finding = findings.First(finding => finding.Rule == fixture.Rule);
        finding.Message.ShouldContain(fixture.Says, Case.Insensitive, fixture.Place);
        finding.File.ShouldBe(fixture.EditedFile, fixture.Place);
        finding.Position.Line.ShouldBeGreaterThan(0);
        finding.Fix.ShouldNotBeEmpty();
    }

    /// <summary>Each has a fixture, but for comments and entries that keep nothing back, which IgnoredFindingsTests has, and for a cluster
    /// that is not there, which TreeOnDiskTests has.</summary>
    [Test]
    public void Every_rule_has_a_fixture() => Fixtures.Select(fixture => fixture.Rule)
        .Concat([IgnoredFindings.RuleUnused, Linter.RuleClusterMissing])
        .Intersect(LintRules.About.Keys).ShouldBe(LintRules.About.Keys, ignoreOrder: true);

    /// <summary>`.ci/first-hour --write` records it with the rest of the page.</summary>
    [Test]
    public void The_first_hour_has_the_number_of_rules() => File.ReadAllText(RepositoryRoot.File("docs", "first-hour.md"))
        .ShouldContain($"No findings under {LintRules.About.Count} rules.");

    [Test]
    public void Every_rule_is_on_the_page_with_what_it_is_about()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "lint.md"));

        LintRules.About.Concat(KustomizeRules.About)
            .Where(rule => !page.Contains($"| `{rule.Key}` | {rule.Value} |"))
            .Select(rule => $"| `{rule.Key}` | {rule.Value} |").ShouldBeEmpty();
    }

    [Test]
    public void Flux_applies_what_SOPS_encrypted_where_it_has_the_keys()
    {
        string.Join('\n', new LintFixture("", "decryption")
            .Edit("kubernetes/clusters/infra/coredns.yaml", "  sourceRef:", "  decryption: {provider: sops}\n  sourceRef:")
            .Apply("secret.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: upstream, namespace: kube-system}, "
                + "stringData: {password: 'ENC[AES256_GCM,data:x]'}, sops: {mac: 'ENC[AES256_GCM,data:y]'}}\n")
            .Check()).ShouldBeEmpty();
    }

    /// <summary>Not of every-key, whose lint.ignore keeps nothing back.</summary>
    [TestCaseSource(nameof(Definitions))]
    public void An_emitted_tree_has_no_finding(string fixture) => Findings(Given.Valid(fixture)).ShouldBeEmpty();

    [Test]
    public void External_DNS_with_every_provider_has_no_finding([Values] NetworkPolicyFlavour policies)
    {
        var platform = Given.Valid("external-dns");
        Findings(platform with
        {
            Clusters = [.. platform.Clusters.Select(cluster =>
                cluster with { NetworkPolicy = policies, Nodes = Cidr.Parse("192.168.0.0/24") })],
        }).ShouldBeEmpty();
    }

    [Test]
    public void Two_clusters_are_linted_in_well_under_a_second()
    {
        var platform = Given.Platform(Given.Infra, Given.Apps);
        var tree = SourceTree.Of(Tree.Build(platform));
        Linter.Check(tree, LintOptions.Of(platform));

        var watch = Stopwatch.StartNew();
        Linter.Check(tree, LintOptions.Of(platform));

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static IEnumerable<string> Definitions() => Tests.Fixtures.Names("valid").Except(["every-key"]);

    private static string Findings(Platform platform) =>
        string.Join('\n', Linter.Check(SourceTree.Of(Tree.Build(platform)), LintOptions.Of(platform)));
}
