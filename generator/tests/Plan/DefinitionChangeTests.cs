namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What changes of the definition do to running clusters.</summary>
[TestFixture]
public sealed class DefinitionChangeTests
{
    private static readonly Platform Story = Given.Platform(Given.Infra, Given.Apps);
    private static readonly EditedTree Before = EditedTree.Of(Story);

    [Test]
    public void The_same_tree_changes_nothing()
    {
        var result = Before.To(Before);

        result.Clusters.Select(cluster => cluster.Cluster).ShouldBe(["apps", "infra"]);
        result.Clusters.ShouldAllBe(cluster => cluster.Changes.IsEmpty && cluster.Note == null);
        result.Findings.ShouldBeEmpty();
        result.ExitCode.ShouldBe(0);
    }

    [Test]
    public void More_replicas_change_the_release_of_that_cluster_alone_and_the_field_is_named()
    {
        var result = To(Given.Cluster("dns: { replicas: 3 }"));

        result.ExitCode.ShouldBe(0);
        result.Clusters[0].Changes.ShouldBeEmpty();
        var release = result.Clusters[1].Changes.Single(change => change.Id.Kind == "HelmRelease");
        release.Kind.ShouldBe(ChangeKind.Change);
        release.Fields.ShouldBe([new FieldChange("spec.values.replicaCount", "2", "3")]);
        result.Clusters[1].Changes.ShouldAllBe(change => change.Kind == ChangeKind.Change);
    }

    [Test]
    public void Another_DNS_address_is_refused_since_a_Service_cannot_change_it()
    {
        var result = To(Given.Cluster("dns: { clusterIP: 10.245.0.53 }"));

        var release = result.Clusters[1].Changes.Single(change => change.Id.Kind == "HelmRelease");
        release.Kind.ShouldBe(ChangeKind.Replace);
        release.EndangersDns.ShouldBeTrue();
        result.ExitCode.ShouldBe(3);
        (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
    }

    [Test]
    public void Another_domain_is_refused_since_running_pods_keep_asking_for_names_in_the_old_one()
    {
        var result = To(Given.Cluster("domain: corp.example"));

        var release = result.Clusters[1].Changes.Single(change => change.EndangersDns);
        release.Id.Kind.ShouldBe("HelmRelease");
        release.Reason.ShouldNotBeNull().ShouldStartWith("no name below cluster.local resolves anymore");
        result.ExitCode.ShouldBe(3);
        (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
    }

    [Test]
    public void A_cluster_that_leaves_the_definition_keeps_what_it_has()
    {
        var result = Before.To(EditedTree.Of(Given.Platform(Given.Infra)));

        result.Clusters[0].Changes.ShouldBeEmpty();
        result.Clusters[0].Note.ShouldNotBeNull().ShouldContain("no longer has a folder");
        result.ExitCode.ShouldBe(0);
    }

    [TestCase("cluster-settings.yaml", "  COREDNS_REPLICAS: \"2\"", "  COREDNS_REPLICAS: \"3\"", 0)]
    [TestCase("coredns.yaml", "  path: ./kubernetes/infrastructure/networking/coredns\n", "  path: ./kubernetes/clusters/infra\n", 2)]
    public void A_change_of_one_cluster_reaches_another_only_where_that_reads_its_folder(string file, string old, string now, int changes)
    {
        // The second case leads apps into the folder of infra, where the change is.
        var before = changes == 0 ? Before : Before.Edit("kubernetes/clusters/apps/" + file, old, now);
        var after = before.Edit("kubernetes/clusters/infra/cluster-settings.yaml", "  COREDNS_REPLICAS: \"2\"",
            "  COREDNS_REPLICAS: \"3\"");

        var result = before.To(after);

        result.Clusters[1].Changes.ShouldNotBeEmpty();
        result.Clusters[0].Findings.Concat<object>(result.Clusters[0].Changes).Any().ShouldBe(changes > 0);
    }

    [Test]
    public void A_new_cluster_creates_everything()
    {
        var result = EditedTree.Of(Given.Platform(Given.Infra)).To(Before);

        result.Clusters[0].Note.ShouldBe("is new.");
        result.Clusters[0].Changes.Length.ShouldBeGreaterThan(8);
        result.Clusters[0].Changes.ShouldAllBe(change => change.Kind == ChangeKind.Create);
        result.Clusters[1].Changes.ShouldBeEmpty();
    }

    [Test]
    public void A_chart_from_another_source_lets_the_old_source_go()
    {
        var chart = new ChartPin
        {
            Version = SemVer.Parse("1.38.1"),
            Source = ChartSource.Oci,
            Url = "oci://ghcr.io/coredns/charts/coredns"
        };

        var result = Before.To(EditedTree.Of(Story.WithChart("coredns", chart)));

        result.ExitCode.ShouldBe(0);
        result.Clusters[0].Changes.Select(change => (change.Kind, change.Id.Kind)).ShouldBe(
        [
            (ChangeKind.Create, "OCIRepository"),
            (ChangeKind.Change, "HelmRelease"),
            (ChangeKind.Prune, "HelmRepository"),
        ], ignoreOrder: true);
    }

    [Test]
    public void A_release_has_the_versions_of_its_chart_where_only_the_source_changes()
    {
        var changes = Of("1.44.3").To(Of("1.46.2")).Clusters[0].Changes;

        changes.Select(change => (change.Kind, change.Id.Kind)).ShouldBe(
            [(ChangeKind.Change, "HelmRelease"), (ChangeKind.Change, "OCIRepository")], ignoreOrder: true);
        changes.Single(change => change.Id.Kind == "HelmRelease").Fields.ShouldHaveSingleItem().ShouldBe(
            new FieldChange("chart", "coredns 1.44.3 (CoreDNS 1.12.3)", "coredns 1.46.2 (CoreDNS 1.13.1)"));

        static EditedTree Of(string version) => EditedTree.Of(Story.WithChart("coredns", new ChartPin
        {
            Version = SemVer.Parse(version),
            Source = ChartSource.Oci,
            Url = "oci://ghcr.io/coredns/charts/coredns",
        }));
    }

    [Test]
    public void Without_monitoring_the_alerts_are_pruned_and_the_definitions_stay_behind()
    {
        var result = To(Given.Cluster("monitoring: { flavour: none }"));

        var changes = result.Clusters[1].Changes;
        changes.Single(change => change.Id.Kind == "PrometheusRule").Kind.ShouldBe(ChangeKind.Prune);
        changes.Single(change => change.Id is { Kind: "Kustomization", Name: "cluster-infra-crds" }).Kind.ShouldBe(ChangeKind.Prune);
        changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "monitoring-crds" }).Kind.ShouldBe(ChangeKind.Abandon);
        result.ExitCode.ShouldBe(0, "none of it answers names");
    }

    [TestCase("kubernetes/clusters/infra", "kubernetes/overlays/infra")]
    public void What_cannot_be_built_is_not_pruned(string folder, string missing)
    {
        var before = EditedTree.Of(Given.Platform(Given.Infra, Given.Apps));

        var plan = before.With($"{folder}/kustomization.yaml", $"resources: [../../../{missing}]\n").To(before).Clusters
            .Single(cluster => cluster.Cluster == "infra");
        plan.Note.ShouldBeNull();
        plan = before.To(before.With($"{folder}/kustomization.yaml", $"resources: [../../../{missing}]\n")).Clusters
            .Single(cluster => cluster.Cluster == "infra");

        plan.Changes.ShouldNotContain(change => change.Kind == ChangeKind.Prune || change.Kind == ChangeKind.Abandon);
        plan.EndangersDns.ShouldBeFalse();
        plan.Findings.ShouldNotBeEmpty();
        plan.Note.ShouldNotBeNull().ShouldContain("Flux cannot build ");
        plan.Note.ShouldContain("so it will report the error and change nothing there.");
    }

    [Test]
    public void Another_policy_engine_replaces_one_policy_by_another()
    {
        var result = To(Given.Cluster("networkPolicy: kubernetes"));

        result.Clusters[1].Changes.Where(change => change.Kind == ChangeKind.Prune)
            .ShouldAllBe(change => change.Id.Kind == "CiliumNetworkPolicy");
        result.Clusters[1].Changes.Where(change => change.Kind == ChangeKind.Create)
            .ShouldAllBe(change => change.Id.Kind == "NetworkPolicy");
        result.ExitCode.ShouldBe(0);
    }

    private static PlanResult To(Cluster infra) => Before.To(EditedTree.Of(Given.Platform(infra, Given.Apps)));
}
