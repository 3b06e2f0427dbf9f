using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Tests.Emission;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>Slips of a hand in the tree that would take DNS away from a running cluster.</summary>
[TestFixture]
public sealed class LiveDnsTests
{
    private const string Base = "kubernetes/bases/coredns/helmrelease.yaml";
    private const string Infrastructure = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Layer = "kubernetes/clusters/infra/coredns.yaml";
    private const string Cluster = "kubernetes/clusters/infra/kustomization.yaml";
    private const string Keep = "  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n";

    private static readonly PlanTree Kept = PlanTree.Of(Given.Platform(Given.Infra));

    /// <summary>As in a tree from elsewhere: nothing protects the release.</summary>
    private static readonly PlanTree Bare = Kept.Edit(Base, Keep, "");

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

    private static Change Refused(PlanTree before, PlanTree after, string kind, ChangeKind expected)
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
