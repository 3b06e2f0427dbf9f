namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What Flux cannot build stays as it is in the cluster, and what waits for it too.</summary>
[TestFixture]
public sealed class HeldLayersTests
{
    private const string Base = "kubernetes/bases/coredns/helmrelease.yaml";
    private const string Infrastructure = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Crds = "kubernetes/infrastructure/crds/kustomization.yaml";
    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";
    private const string Release = "replicaCount: ${COREDNS_REPLICAS}";

    private static readonly EditedTree Sound = EditedTree.Of(Given.Platform(Given.Infra));

    /// <summary>Changes of the same layer that Flux would make if the build succeeded: one of each kind.</summary>
    private static readonly EditedTree Changed = Sound.Edit(Base, "maxHistory: 5", "maxHistory: 6")
        .Edit(Infrastructure, "  - poddisruptionbudget.yaml\n", "")
        .Edit(Infrastructure, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - own.yaml\n")
        .With("kubernetes/infrastructure/networking/coredns/own.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: kube-system }\n");

    [Test]
    public void A_layer_that_Flux_can_build_has_its_changes() =>
        Sound.To(Changed).Clusters[0].Changes.Select(change => change.Kind).ShouldBe(
            [ChangeKind.Create, ChangeKind.Change, ChangeKind.Prune]);

    /// <summary>Sources and values of a release are looked up there.</summary>
    [Test]
    public void What_a_held_layer_would_have_brought_is_not_found()
    {
        var inventory = Inventory.Of(new FluxTree(Sound.Source()).Cluster("infra", strict: true));
        var source = inventory.Objects.Keys.Single(id => id.Kind == "HelmRepository");

        var held = inventory with { Objects = inventory.Objects.Remove(source) };

        inventory.Find(source.Kind, source.Namespace, source.Name).ShouldNotBeNull();
        held.Find(source.Kind, source.Namespace, source.Name).ShouldBeNull();
    }

    [Test]
    public void Nothing_of_a_layer_changes_whose_substitution_fails()
    {
        var after = Changed.Edit(Base, Release, "replicaCount: ${REPLICAS}")
            .Edit(Settings, "COREDNS_REPLICAS: \"2\"", "COREDNS_REPLICAS: \"3\"");

        var result = Sound.To(after);

        var plan = result.Clusters[0];
        plan.Changes.ShouldHaveSingleItem().Id.Name.ShouldBe("cluster-settings", "the root applies it");
        plan.Note.ShouldBe("keeps what it has in cluster-infra-coredns: Flux cannot build cluster-infra-coredns, so it will report the "
            + "error and change nothing there.");
        plan.Findings.ShouldHaveSingleItem().Rule.ShouldBe("variable-undefined");
        result.ExitCode.ShouldBe(1);
        new ObjectDiff(Sound.Source(), after.Source()).Of("infra", strict: true).ShouldHaveSingleItem().ShouldContain("cluster-settings");
    }

    [Test]
    public void A_layer_waits_for_one_that_Flux_cannot_build()
    {
        var after = Changed.Edit(Crds, "  - monitoring.yaml\n", "  - monitorin.yaml\n");

        var plan = Sound.To(after).Clusters[0];

        plan.Changes.ShouldBeEmpty();
        plan.Note.ShouldBe("keeps what it has in cluster-infra-coredns, cluster-infra-crds: Flux cannot build cluster-infra-crds, so it "
            + "will report the error and change nothing there. cluster-infra-coredns waits for it.");
    }

    [Test]
    public void What_this_program_alone_cannot_build_is_not_said_to_fail_in_Flux()
    {
        const string Budget = "  - poddisruptionbudget.yaml\n";
        var remote = Sound.Edit(Infrastructure, Budget, Budget + "  - https://github.com/example/base?ref=v1\n");

        var plan = Sound.To(remote.Edit(Base, "maxHistory: 5", "maxHistory: 6")).Clusters[0];
        plan.Changes.ShouldBeEmpty();
        plan.Note.ShouldBe("may change more in cluster-infra-coredns: this program cannot build cluster-infra-coredns as kustomize does, "
            + "and shows no change there.");

        plan = remote.To(remote.Edit(Base, "maxHistory: 5", "maxHistory: 6")).Clusters[0];
        plan.Changes.ShouldHaveSingleItem().Id.Kind.ShouldBe("HelmRelease", "the remote base is in both trees");
        plan.Note.ShouldBeNull();
    }

    [Test]
    public void What_waits_is_said_alone_where_the_other_has_no_change()
    {
        var broken = Sound.Edit(Crds, "resources:\n", "resources:\n  - missing.yaml\n");

        var plan = broken.To(broken.Edit(Base, "maxHistory: 5", "maxHistory: 6")).Clusters[0];

        plan.Changes.ShouldBeEmpty();
        plan.Note.ShouldBe("keeps what it has in cluster-infra-coredns: Flux cannot build cluster-infra-crds, for which it waits.");
    }

    [Test]
    public void What_moves_into_a_layer_that_Flux_cannot_build_is_pruned_where_it_was()
    {
        var after = Sound.Edit(Crds, "  - monitoring.yaml\n", "[]\n").Edit(Crds, "resources:\n", "resources: ")
            .Edit(Infrastructure, "  - poddisruptionbudget.yaml\n", "  - ../../crds/monitoring.yaml\n  - poddisruptionbudget.yaml\n")
            .Edit(Base, Release, "replicaCount: ${REPLICAS}");

        Sound.To(after).Clusters[0].Changes.Where(change => change.Kind == ChangeKind.Prune)
            .ShouldHaveSingleItem().Id.Kind.ShouldBe("OCIRepository");
    }

    [Test]
    public void Variables_from_outside_of_the_tree_hold_nothing_back()
    {
        const string layer = "kubernetes/clusters/infra/coredns.yaml";
        var outside = Sound.Edit(layer, "name: cluster-settings", "name: made-by-another-program");

        outside.To(outside.Edit(Base, "maxHistory: 5", "maxHistory: 6")).Clusters[0].Changes
            .ShouldContain(change => change.Id.Kind == "HelmRelease" && change.Kind == ChangeKind.Change);
        Sound.To(outside.Edit(Base, "maxHistory: 5", "maxHistory: 6")).Clusters[0].Changes
            .ShouldNotContain(change => change.Id.Kind == "HelmRelease", "the name is new, and nothing says that the object is there");
    }
}
