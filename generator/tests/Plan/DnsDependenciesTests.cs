namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>Slips of a hand in the tree that would take DNS away from a running cluster.</summary>
[TestFixture]
public sealed class DnsDependenciesTests
{
    private const string Base = "kubernetes/bases/coredns/helmrelease.yaml";
    private const string Infrastructure = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Layer = "kubernetes/clusters/infra/coredns.yaml";
    private const string Cluster = "kubernetes/clusters/infra/kustomization.yaml";
    private const string Keep = "  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n";

    private const string OciChart = "oci://registry.example.com/charts/coredns";
    private const string HelmChart = "HelmChart";
    private const string GitChart = "GitRepository";

    private static readonly EditedTree Kept = EditedTree.Of(Given.Platform(Given.Infra));

    /// <summary>As in a tree from elsewhere: nothing protects the release.</summary>
    private static readonly EditedTree Bare = Kept.Edit(Base, Keep, "");

    [Test]
    public void A_release_that_leaves_the_tree_is_uninstalled() =>
        Refused(Bare, Bare.Edit(Infrastructure, "  - ../../../bases/coredns\n", ""), "HelmRelease", ChangeKind.Prune);

    [Test]
    public void A_protected_release_that_leaves_the_tree_is_left_alone_but_refused_as_well() =>
        Refused(Kept, Kept.Edit(Infrastructure, "  - ../../../bases/coredns\n", ""), "HelmRelease", ChangeKind.Abandon);

    [Test]
    public void A_renamed_release_object_is_a_prune() =>
        Refused(Bare, Bare.Edit(Base, "kind: HelmRelease\nmetadata:\n  name: coredns", "kind: HelmRelease\nmetadata:\n  name: dns"),
            "HelmRelease", ChangeKind.Prune);

    [TestCase("  releaseName: coredns\n", "  releaseName: dns\n", "renamed from coredns to dns")]
    [TestCase("  releaseName: coredns\n", "  releaseName: coredns\n  targetNamespace: dns\n", "from namespace kube-system to dns")]
    [TestCase("  releaseName: coredns\n", "  releaseName: coredns\n  storageNamespace: flux-system\n",
        "its history moves from namespace kube-system")]
    [TestCase("      chart: coredns\n", "      chart: coredns-fork\n", "its chart changes")]
    [TestCase("k8sAppLabelOverride: kube-dns", "k8sAppLabelOverride: coredns", "selector cannot change")]
    [TestCase("      name: kube-dns\n", "      name: dns\n", "the Service gets a new name")]
    public void A_release_that_cannot_be_upgraded_in_place_is_a_replacement(string old, string now, string reason) =>
        Refused(Kept, Kept.Edit(Base, old, now), "HelmRelease", ChangeKind.Replace).Reason.ShouldNotBeNull().ShouldContain(reason);

    /// <summary>The chart decides, which a source of its own may name: not the name of the release.</summary>
    [TestCase("dns", OciChart, true)]
    [TestCase("dns", HelmChart, true)]
    [TestCase("dns", GitChart, true)]
    [TestCase("coredns", "oci://registry.example.com/charts/bind", false)]
    public void Plan_and_lint_agree_on_the_release_that_is_DNS(string name, string source, bool isDns)
    {
        var before = ByReference(name, source);
        var after = before.Edit(Base, "k8sAppLabelOverride: kube-dns", "k8sAppLabelOverride: coredns");

        var plan = before.To(after);
        var change = plan.Clusters.Single().Changes.Single(change => change.Id.Kind == "HelmRelease");
        change.EndangersDns.ShouldBe(isDns);
        change.Kind.ShouldBe(isDns ? ChangeKind.Replace : ChangeKind.Change);
        plan.Refused.ShouldBe(isDns);

        var options = LintOptions.Of(Given.Platform(Given.Infra));
        Linter.Check(before.Source(), options).ShouldNotContain(finding => finding.Rule == "app-label" || finding.Rule == "chart-unpinned");
        Linter.Check(after.Source(), options).Any(finding => finding.Rule == "app-label").ShouldBe(isDns);
    }

    [TestCase(OciChart, new[] { "OCIRepository" })]
    [TestCase(HelmChart, new[] { "HelmChart", "HelmRepository" })]
    public void Each_source_that_a_chartRef_leads_to_may_not_go(string source, string[] kinds)
    {
        var before = ByReference("dns", source);
        var text = before.Files[Base];

        before.To(before.With(Base, text[text.LastIndexOf("---\n", StringComparison.Ordinal)..])).Clusters.Single().Changes
            .Where(change => change.EndangersDns).Select(change => change.Id.Kind).ShouldBe(kinds, ignoreOrder: true);
    }

    [TestCase("coredns", true)]
    [TestCase("dns", false)]
    public void Without_the_source_of_its_chart_the_name_of_a_release_decides(string name, bool isDns)
    {
        var named = ByReference(name, OciChart);
        var before = named.With(Base, named.Files[Base][named.Files[Base].LastIndexOf("---\n", StringComparison.Ordinal)..]);

        before.To(before.Edit(Base, "k8sAppLabelOverride: kube-dns", "k8sAppLabelOverride: coredns")).Refused.ShouldBe(isDns);
    }

    [Test]
    public void The_disruption_budget_may_not_go() =>
        Refused(Kept, Kept.Edit(Infrastructure, "  - poddisruptionbudget.yaml\n", ""), "PodDisruptionBudget", ChangeKind.Prune);

    [Test]
    public void The_source_of_a_release_that_stays_may_not_go() =>
        Refused(Kept, Kept.With(Base, "---\n" + Kept.Files[Base][Kept.Files[Base].IndexOf("---\n", StringComparison.Ordinal)..]),
            "HelmRepository", ChangeKind.Prune);

    [Test]
    public void The_layer_that_owns_DNS_may_not_go_and_takes_what_is_not_protected_with_it()
    {
        var after = Bare.Edit(Cluster, "  - coredns.yaml\n", "");

        Refused(Bare, after, "HelmRelease", ChangeKind.Prune);
        Refused(Bare, after, "Kustomization", ChangeKind.Prune);
    }

    [Test]
    public void A_renamed_layer_moves_its_objects_and_may_delete_them_on_the_way()
    {
        var after = Bare.Edit(Layer, "name: cluster-infra-coredns", "name: cluster-infra-dns");

        Refused(Bare, after, "HelmRelease", ChangeKind.Move);
        Refused(Bare, after, "Kustomization", ChangeKind.Prune);
    }

    [Test]
    public void A_protected_release_moves_without_harm()
    {
        var result = Kept.To(Kept.Edit(Layer, "name: cluster-infra-coredns", "name: cluster-infra-dns"));

        var release = result.Clusters[0].Changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "coredns" });
        release.Kind.ShouldBe(ChangeKind.Change);
        release.Reason.ShouldNotBeNull().ShouldContain("without harm");
    }

    [Test]
    public void A_layer_that_does_not_prune_abandons()
    {
        var after = Bare.Edit(Layer, "prune: true", "prune: false").Edit(Infrastructure, "  - ../../../bases/coredns\n", "");
        Refused(Bare, after, "HelmRelease", ChangeKind.Abandon);
    }

    [Test]
    public void A_deleted_layer_that_orphans_leaves_its_objects()
    {
        var before = Bare.Edit(Layer, "  prune: true\n", "  prune: true\n  deletionPolicy: Orphan\n");
        Refused(before, before.Edit(Cluster, "  - coredns.yaml\n", ""), "HelmRelease", ChangeKind.Abandon);
    }

    [Test]
    public void Plain_objects_of_DNS_count_too()
    {
        const string Service = "kubernetes/infrastructure/networking/coredns/service.yaml";
        var before = Kept.Edit(Infrastructure, "  - poddisruptionbudget.yaml\n", "  - poddisruptionbudget.yaml\n  - service.yaml\n")
            .With(Service,
                "{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.245.0.10}}");

        Refused(before, before.Edit(Service, "10.245.0.10", "10.245.0.11"), "Service", ChangeKind.Replace);
        Refused(before, Kept, "Service", ChangeKind.Prune);
    }

    /// <summary>
    /// The release under another name, whose chart is named by an OCIRepository or by a HelmChart alone, or is a folder of a GitRepository.
    /// </summary>
    private static EditedTree ByReference(string name, string source)
    {
        var text = Kept.Files[Base];
        var (repository, release) = (text[..text.IndexOf("---\n", StringComparison.Ordinal)],
            text[text.IndexOf("---\n", StringComparison.Ordinal)..]);
        var chart = release[release.IndexOf("  chart:\n", StringComparison.Ordinal)..release.IndexOf("  releaseName:",
            StringComparison.Ordinal)];
        var (kind, sources) = source == HelmChart
            ? ("HelmChart", $"{repository}---\n{{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmChart, metadata: {{name: pinned, "
                + "namespace: kube-system}, spec: {chart: coredns, version: 1.38.0, sourceRef: {kind: HelmRepository, name: coredns}}}\n")
            : source == GitChart
            ? (GitChart, "{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: charts, namespace: kube-system}, "
                + "spec: {interval: 1h, url: \"https://git.example.com/charts.git\", ref: {tag: v1.38.0}}}\n")
            : ("OCIRepository", "{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {name: pinned, "
                + $"namespace: kube-system}}, spec: {{interval: 12h, url: \"{source}\", ref: {{tag: 1.38.0}}}}}}\n");
        var named = source == GitChart ? "  chart: {spec: {chart: ./charts/coredns, sourceRef: {kind: GitRepository, name: charts}}}\n"
            : $"  chartRef: {{kind: {kind}, name: pinned}}\n";
        return Kept.With(Base, sources + release.Replace(chart, named)
            .Replace("kind: HelmRelease\nmetadata:\n  name: coredns", $"kind: HelmRelease\nmetadata:\n  name: {name}"));
    }

    private static Change Refused(EditedTree before, EditedTree after, string kind, ChangeKind expected)
    {
        var result = before.To(after);
        var change = result.Clusters.ShouldHaveSingleItem().Changes.Where(change => change.EndangersDns && change.Id.Kind == kind)
            .ShouldHaveSingleItem();
        change.Kind.ShouldBe(expected);
        result.Refused.ShouldBeTrue();
        (result with { AllowPrune = true }).Refused.ShouldBeFalse();
        return change;
    }
}
