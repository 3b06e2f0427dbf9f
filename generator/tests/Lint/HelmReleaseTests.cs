namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>HelmReleases of other charts: what two of them may share, and how certain a missing one is.</summary>
public sealed class HelmReleaseTests
{
    private const string Chart =
        "chart: {spec: {chart: podinfo, version: 6.9.0, sourceRef: {kind: HelmRepository, name: coredns, namespace: kube-system}}}";

    [TestCase("releaseName: web", "releaseName: web, storageNamespace: kube-system", "release-twice")]
    [TestCase("releaseName: web, targetNamespace: web", "releaseName: web, targetNamespace: web", "release-twice")]
    [TestCase("releaseName: web", "releaseName: web", null, Description = "each in its own namespace")]
    [TestCase("releaseName: web, targetNamespace: web", "releaseName: web2, targetNamespace: web", null)]
    [TestCase("releaseName: web, targetNamespace: web", "releaseName: web, targetNamespace: web, suspend: true", null)]
    [TestCase("releaseName: web, targetNamespace: web",
        "releaseName: web, targetNamespace: web, kubeConfig: {secretRef: {name: other}}", null, Description = "in another cluster")]
    public void Two_releases_may_not_make_the_same(string first, string second, string? rule) =>
        new LintFixture("", second).Apply("pods.yaml", $$"""
            {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: one, namespace: kube-system},
              spec: {interval: 1h, {{first}}, {{Chart}} } }
            ---
            {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: two, namespace: flux-system},
              spec: {interval: 1h, {{second}}, {{Chart}} } }

            """).Check().Select(finding => finding.Rule).ShouldBe(rule is null ? [] : [rule]);

    /// <summary>Another repository may deliver a release of the same cluster.</summary>
    [TestCase("{name: elsewhere}", Severity.Warning, "Name a release of the tree")]
    [TestCase("{name: corednss, namespace: kube-system}", Severity.Warning, "Did you mean coredns?")]
    [TestCase("{name: coredns}", Severity.Error, "Write 'namespace: kube-system'")]
    [TestCase("{name: coredns, namespace: dns}", Severity.Warning, "The tree has coredns in the namespace kube-system.")]
    public void A_release_that_is_waited_for(string needed, Severity severity, string fix)
    {
        var finding = new LintFixture("", needed).Apply("pods.yaml", $$"""
            {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: one, namespace: flux-system},
              spec: {interval: 1h, dependsOn: [{{needed}}], {{Chart}} } }

            """).Check().ShouldHaveSingleItem();
        (finding.Rule, finding.Severity).ShouldBe(("release-depends-on-missing", severity));
        finding.Fix.ShouldStartWith(fix);
    }

    [TestCase("{name: coredns, namespace: kube-system}")]
    public void One_of_the_tree_is_found(string needed) =>
        new LintFixture("", needed).Apply("pods.yaml", $$"""
            {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: one, namespace: flux-system},
              spec: {interval: 1h, dependsOn: [{{needed}}], {{Chart}} } }

            """).Check().ShouldBeEmpty();

    [Test]
    public void A_prefix_of_kustomize_is_not_in_valuesFrom()
    {
        var finding = new LintFixture("", "prefix").Edit(LintFixture.Folder, "- prometheusrule.yaml\n", "- prometheusrule.yaml\n- web\n")
            .Add(LintFixture.Folder.Replace("kustomization.yaml", "web/kustomization.yaml"), "namePrefix: a-\nresources: [all.yaml]\n")
            .Add(LintFixture.Folder.Replace("kustomization.yaml", "web/all.yaml"), $$"""
                {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: one, namespace: flux-system},
                  spec: {interval: 1h, valuesFrom: [{kind: ConfigMap, name: web}], {{Chart}} } }
                ---
                {apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: flux-system}, data: {values.yaml: "a: b"} }

                """).Check().ShouldHaveSingleItem();
        (finding.Rule, finding.Fix).ShouldBe(("values-name-changed", "Write 'name: a-web'."));
    }
}
