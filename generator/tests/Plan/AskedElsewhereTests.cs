namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>Addresses that kubelets and clients outside ask: the cache of each node, and geographic routing.</summary>
[TestFixture]
public sealed class AskedElsewhereTests
{
    private const string Ipvs = "kubeProxy: ipvs, nodeLocalDns: { enabled: true }";
    private const string Service = "networkPolicy: none, nodeLocalDns: { enabled: true }";
    private const string Own = "nodeLocalDns: { enabled: true, onServiceAddress: false }";

    [TestCase(Ipvs, "kubeProxy: ipvs")]
    [TestCase(Own, "domain: cluster.local")]
    [TestCase("nodeLocalDns: { enabled: true }", "domain: cluster.local", Description = "Cilium, the default")]
    public void A_cache_that_kubelets_name_is_not_switched_off_before_they_ask_elsewhere(string before, string after)
    {
        var result = Cluster(before).To(Cluster(after));

        result.ExitCode.ShouldBe(3);
        var gone = result.Clusters.Single().Changes.Single(change => change.EndangersDns);
        gone.Id.Title.ShouldBe("DaemonSet kube-system/node-local-dns");
        gone.Reason.ShouldBe("the kubelets name 169.254.20.10 (clusterDNS), and no running pod would have DNS. First give the kubelets "
            + "10.245.0.10 and restart the pods of every node, and then switch the cache off");
        (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
    }

    [TestCase("kubeProxy: ipvs, nodeLocalDns: { enabled: true, address: 169.254.20.11 }",
        ", then deliver this, and then give the kubelets 169.254.20.11")]
    public void Nor_does_it_leave_their_address(string after, string says)
    {
        var result = Cluster(Ipvs).To(Cluster(after));

        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns).Reason.ShouldNotBeNull().ShouldEndWith(says);
    }

    [TestCase(Own, Service)]
    [TestCase(Ipvs, Service)]
    public void Nor_is_it_left_without_a_cache_during_each_replacement(string before, string after)
    {
        var result = Cluster(before).To(Cluster(after));

        result.ExitCode.ShouldBe(3);
        var change = result.Clusters.Single().Changes.Single(change => change.EndangersDns);
        change.Id.Title.ShouldBe("DaemonSet kube-system/node-local-dns");
        change.Reason.ShouldBe("the kubelets name 169.254.20.10 (clusterDNS), where nothing would answer while the cache of a node is "
            + "replaced, by this delivery and by later ones. First give the kubelets 10.245.0.10 and restart the pods of every node, then "
            + "deliver this");
        (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
    }

    [TestCase(Service, "networkPolicy: none")]
    [TestCase(Service, "networkPolicy: none, nodeLocalDns: { enabled: true, address: 169.254.20.11 }")]
    [TestCase(Service, Own)]
    [TestCase("kubeProxy: ipvs", Ipvs)]
    public void Where_pods_ask_the_Service_the_cache_comes_and_goes(string before, string after) =>
        Cluster(before).To(Cluster(after)).ExitCode.ShouldBe(0);

    [TestCase(Service, Own, "the cache leaves the Service's address. Pods ask CoreDNS directly until the kubelets name 169.254.20.10 "
        + "(clusterDNS). Set it when the new cache runs on every node; ")]
    [TestCase(Service, "nodeLocalDns: { enabled: true }", "the cache leaves the Service's address. ", Description = "Cilium, the default")]
    [TestCase("kubeProxy: ipvs, nodeLocalDns: { enabled: true, image: \"registry.example.com/k8s-dns-node-cache:1.26.7\" }", Ipvs, null)]
    [TestCase(Service, "networkPolicy: none, nodeLocalDns: { enabled: true, address: 169.254.20.11 }", null)]
    [TestCase(Service, "kubeProxy: none, nodeLocalDns: { enabled: true }", null, Description = "Cilium redirects what pods ask")]
    public void A_cache_that_no_kubelet_names_yet_is_noted(string before, string after, string? says)
    {
        var change = Cluster(before).To(Cluster(after)).Clusters.Single().Changes
            .Single(change => change.Id.Title == "DaemonSet kube-system/node-local-dns");

        change.EndangersDns.ShouldBeFalse();
        (change.Reason ?? "").ShouldStartWith(says ?? "");
        (change.Reason is null).ShouldBe(says is null, change.Reason);
    }

    [TestCase("domain: cluster.local", "Service", "the parent zone delegates to its address")]
    [TestCase("geoRouting: { enabled: true, zone: geo.example.com, service: ClusterIP, REST }",
        "Service", "the Service gives up its address outside")]
    [TestCase("geoRouting: { enabled: true, zone: other.example.com, service: LoadBalancer, REST }",
        "Deployment", "no name below geo.example.com is answered anymore")]
    public void What_clients_outside_ask_is_not_taken_away_in_passing(string after, string kind, string says)
    {
        var before = Cluster("geoRouting: { enabled: true, zone: geo.example.com, service: LoadBalancer, REST }");

        var result = before.To(Cluster(after));

        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns && change.Id.Kind == kind).Reason.ShouldNotBeNull()
            .ShouldStartWith(says);
        before.To(before).ExitCode.ShouldBe(0);
    }

    [Test]
    public void A_cluster_that_leaves_while_one_of_its_settings_comes_looks_renamed()
    {
        var result = Cluster("domain: cluster.local", "kiel").To(Cluster("domain: cluster.local", "kiel2"));

        var renamed = result.Clusters.Single(cluster => cluster.Cluster == "kiel2");
        renamed.Note.ShouldBe("is new. It has the settings of cluster kiel, which leaves the tree, and is compared with it. If it is that "
            + "cluster with another name, its old Flux Kustomizations stay in it and fail: follow "
            + $"{Docs.Page("ownership.md#rename-a-cluster")}. If it is another one, remove kiel in a commit of its own.");
        renamed.Changes.ShouldAllBe(change => change.Kind == ChangeKind.Change);
        result.ExitCode.ShouldBe(0);
        const string Own = "kubernetes/overlays/kiel/own.yaml", Text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: own}}\n";
        Cluster("domain: cluster.local", "kiel").To(Cluster("domain: cluster.local", "kiel2").With(Own, Text)).Clusters[1].Note
            .ShouldNotBeNull().ShouldEndWith(" Nothing delivers kubernetes/overlays/kiel anymore: rename it too.");
    }

    /// <summary>The cluster has what the old name delivered, so the name hides no danger.</summary>
    [TestCase("domain: corp.example", true)]
    [TestCase("dns: { replicas: 3 }", false)]
    public void A_cluster_that_is_renamed_together_with_another_change_is_compared(string after, bool endangers)
    {
        var result = Cluster("domain: cluster.local", "kiel").To(Cluster(after, "kiel2"));

        var renamed = result.Clusters.Single(cluster => cluster.Cluster == "kiel2");
        renamed.Note.ShouldNotBeNull().ShouldStartWith("is new. It has the address of DNS of cluster kiel, which leaves the tree, ");
        renamed.Changes.Any(change => change.EndangersDns).ShouldBe(endangers);
        renamed.Changes.ShouldNotContain(change => change.Kind == ChangeKind.Create || change.Kind == ChangeKind.Prune);
        result.ExitCode.ShouldBe(endangers ? 3 : 0);
    }

    [Test]
    public void A_cluster_that_is_renamed_with_another_address_is_compared_by_its_ranges()
    {
        var result = Cluster("domain: cluster.local", "kiel").To(Cluster("dns: { clusterIP: 10.245.0.53, replicas: 3 }", "kiel2"));

        var renamed = result.Clusters.Single(cluster => cluster.Cluster == "kiel2");
        renamed.Note.ShouldNotBeNull().ShouldStartWith("is new. It has the ranges of cluster kiel, which leaves the tree, ");
        renamed.Changes.ShouldContain(change => change.EndangersDns && change.Kind == ChangeKind.Replace);
        renamed.Changes.ShouldNotContain(change => change.Kind == ChangeKind.Create || change.Kind == ChangeKind.Prune);
        result.ExitCode.ShouldBe(3);
    }

    [Test]
    public void A_file_of_one_s_own_in_the_folder_of_a_removed_cluster_has_everything_else_pruned()
    {
        const string Own = "kubernetes/clusters/infra/own.yaml";
        const string Text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: kube-system}}\n";
        var before = Cluster("domain: cluster.local");
        var left = new EditedTree(before.Files.Where(file => !file.Key.StartsWith("kubernetes/clusters/infra/", StringComparison.Ordinal))
            .ToDictionary()).With(Own, Text);

        var result = before.To(left);

        var changes = result.Clusters.Single().Changes;
        changes.Single(change => change.Id is { Kind: "ConfigMap", Name: "cluster-settings" }).Kind.ShouldBe(ChangeKind.Prune);
        changes.Single(change => change.Id is { Kind: "Kustomization", Name: "cluster-infra-coredns" }).Kind.ShouldBe(ChangeKind.Prune);
        changes.Single(change => change.Id is { Kind: "PodDisruptionBudget" }).Kind.ShouldBe(ChangeKind.Prune);
        changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "coredns" }).Kind
            .ShouldBe(ChangeKind.Abandon, "it has prune: disabled");
        result.ExitCode.ShouldBe(3);
    }

    private const string Rest = "image: \"registry.example.com/controller:1.0.0\", regions: [{ name: eu, clusters: [infra] }]";

    private static EditedTree Cluster(string keys, string name = "infra") => EditedTree.Of(Given.Defined($$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: {{name}}
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16, nodes: 192.168.0.0/16 }
                {{keys.Replace("REST", Rest)
                    .Replace(", nodeLocalDns", "\n    nodeLocalDns")}}
            """));
}
