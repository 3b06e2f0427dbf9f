namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Two clusters, of which one pins a Flux of its own.</summary>
public sealed class PinnedFluxTests
{
    [TestCase("2.9.4", "2.5.1")]
    [TestCase("2.5.1", "2.9.4")]
    public void An_untouched_tree_has_no_finding(string platform, string pinned) => Check(Read(platform, pinned)).ShouldBeEmpty();

    [TestCase("2.9.4", "2.5.1", "v1beta2\n", "source.toolkit.fluxcd.io/v1\n", "v1")]
    [TestCase("2.5.1", "2.9.4", "v1\n", "source.toolkit.fluxcd.io/v1beta2\n", "v1beta2")]
    public void A_file_is_judged_by_the_Flux_of_the_cluster_that_applies_it(
        string platform, string pinned, string old, string now, string version)
    {
        var file = $"kubernetes/infrastructure/crds-flux-{pinned}/monitoring.yaml";

        var finding = Check(Read(platform, pinned), file, "source.toolkit.fluxcd.io/" + old, now)
            .ShouldHaveSingleItem();

        finding.File.ShouldBe(file);
        finding.Message.ShouldBe($"Flux {pinned} does not serve OCIRepository in source.toolkit.fluxcd.io/{version}.");
    }

    /// <summary>Clusters are judged on several threads, and what was found for one must not stay for the other.</summary>
    [TestCase("2.9.4", "2.3.0")]
    [TestCase("2.3.0", "2.9.4")]
    public void A_key_of_a_shared_object_is_judged_by_each_clusters_own_Flux(string platform, string pinned)
    {
        var read = Read(platform, pinned, ", strictSubstitution: true");
        var tree = EditedTree.Of(read);
        foreach (var cluster in new[] { "kubernetes/clusters/a/kustomization.yaml", "kubernetes/clusters/b/kustomization.yaml" })
        {
            tree = tree.With(cluster, tree.Files[cluster] + "  - ../../shared\n");
        }

        tree = tree.With("kubernetes/shared/kustomization.yaml", "resources: [provider.yaml]\n")
            .With("kubernetes/shared/provider.yaml", """
                apiVersion: notification.toolkit.fluxcd.io/v1beta3
                kind: Provider
                metadata: { name: more, namespace: flux-system }
                spec: { type: generic, address: "https://example.com/", proxySecretRef: { name: proxy } }
                """);
        for (var time = 0; time < 20; time++)
        {
            Linter.Check(tree.Source(), LintOptions.Of(read)).Where(finding => finding.Rule == "flux-key-unknown")
                .Select(finding => finding.Message).ShouldBe(["Provider flux-system/more has no 'spec.proxySecretRef' in Flux 2.3.0."]);
        }
    }

    [TestCase("2.9.4", "2.5.1", "", false)]
    [TestCase("2.5.1", "2.9.4", "", true)]
    [TestCase("2.9.4", "2.5.1", ", strictSubstitution: true", true)]
    [TestCase("2.5.1", "2.9.4", ", strictSubstitution: false", false)]
    public void Substitution_is_as_strict_as_the_clusters_own_Flux_where_the_definition_says_nothing(
        string platform, string pinned, string more, bool strict)
    {
        var read = Read(platform, pinned, more);

        read.For(read.Clusters[1]).Flux.StrictSubstitution.ShouldBe(strict);
        LintOptions.Of(read).In("b").StrictSubstitution.ShouldBe(strict);
        LintOptions.Of(read).In("a").FluxVersion.ToString().ShouldBe(platform);
    }

    private static Platform Read(string platform, string pinned, string more = "") => PlatformText.Read("platform.yaml",
        Encoding.UTF8.GetBytes($$"""
            repository: { url: https://github.com/example/fleet.git }
            flux: { version: {{platform}}{{more}} }
            clusters:
              - { name: a, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
              - { name: b, flux: { version: {{pinned}} }, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
            """)).ShouldBeOfType<PlatformReading.Valid>().Platform;

    private static ImmutableArray<Finding> Check(Platform platform, string? file = null, string old = "", string now = "")
    {
        var tree = EditedTree.Of(platform);
        return Linter.Check((file is null ? tree : tree.Edit(file, old, now)).Source(), LintOptions.Of(platform));
    }
}
