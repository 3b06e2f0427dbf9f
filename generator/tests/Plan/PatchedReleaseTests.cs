namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>A patch of the chart's objects endangers DNS as the values do.</summary>
[TestFixture]
public sealed class PatchedReleaseTests
{
    private const string Base = "kubernetes/bases/coredns/helmrelease.yaml";
    private const string Folder = "kubernetes/infrastructure/networking/coredns/";
    private const string Budget = Folder + "poddisruptionbudget.yaml";

    private static readonly EditedTree Plain = EditedTree.Of(Given.Platform(Given.Infra));

    [TestCase("Service", "kube-dns", "{op: replace, path: /spec/selector, value: {a: b}}", "Service kube-dns, spec.selector")]
    [TestCase("Service", "kube-dns", "{op: replace, path: /spec/clusterIP, value: 10.245.0.99}", "clusterIP cannot change")]
    [TestCase("Service", "kube-dns", "{op: replace, path: /spec/ports/1/targetPort, value: 99}", "Service kube-dns, spec.ports")]
    [TestCase("Deployment", "coredns", "{op: replace, path: /spec/replicas, value: 1}", "Deployment coredns, spec.replicas")]
    [TestCase("Deployment", "coredns", "{op: replace, path: /spec/template/spec/dnsPolicy, value: ClusterFirst}", "ask themselves")]
    [TestCase("Deployment", "coredns", "{op: remove, path: /spec/template/spec/topologySpreadConstraints}", "all pods may run on one node")]
    [TestCase("Deployment", "coredns", "{op: remove, path: /spec/template/spec/containers/0/securityContext}", "may not start")]
    [TestCase("Deployment", "coredns", "{op: add, path: /spec/template/spec/containers/0/args/1, value: -quiet}", "may not start")]
    [TestCase("ConfigMap", "coredns", "{op: replace, path: /data/Corefile, value: x}", "ConfigMap coredns, data.Corefile")]
    public void A_patch_that_takes_from_DNS_is_refused_and_so_is_taking_it_back(string kind, string name, string operation, string says)
    {
        var patched = Patched(kind, name, operation);
        foreach (var result in new[] { Plain.To(patched), patched.To(Plain) })
        {
            result.ExitCode.ShouldBe(3);
            var change = result.Clusters.Single().Changes.Where(change => change.EndangersDns).ShouldHaveSingleItem();
            change.Id.Title.ShouldBe("HelmRelease kube-system/coredns");
            change.Reason.ShouldNotBeNull().ShouldContain(says);
            (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
        }
    }

    [Test]
    public void A_patch_that_takes_a_port_is_refused_and_one_that_gives_it_back_is_not()
    {
        var patched = Patched("Service", "kube-dns", "{op: remove, path: /spec/ports/1}");

        var result = Plain.To(patched);
        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns).Reason.ShouldNotBeNull()
            .ShouldContain("Service kube-dns, spec.ports");
        patched.To(Plain).ExitCode.ShouldBe(0);
    }

    [TestCase("ClusterRole", "coredns", "{op: remove, path: /rules/1}", "ClusterRole coredns, rules[1]")]
    [TestCase("ClusterRole", "coredns", "{op: remove, path: /rules/0/verbs/1}", "may not be allowed to list")]
    [TestCase("ClusterRoleBinding", "coredns", "{op: replace, path: /subjects/0/name, value: dns}", "coredns, subjects[0]")]
    [TestCase("ServiceAccount", "coredns", "{op: add, path: /automountServiceAccountToken, value: false}", "may not be allowed to list")]
    [TestCase("Deployment", "coredns", "{op: replace, path: /spec/template/spec/containers/0/image, value: 'nginx:1'}", "not that of")]
    public void A_patch_that_takes_rights_or_the_program_is_refused(string kind, string name, string operation, string says)
    {
        var result = Plain.To(Patched(kind, name, operation));

        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns).Reason.ShouldNotBeNull().ShouldContain(says);
    }

    [TestCase("HorizontalPodAutoscaler", "{op: replace, path: /spec/minReplicas, value: 1}", "spec.minReplicas")]
    [TestCase("HorizontalPodAutoscaler", "{op: replace, path: /spec/maxReplicas, value: 2}", "spec.maxReplicas")]
    public void A_patch_of_the_scaler_s_bounds_is_refused(string kind, string operation, string says)
    {
        var scaled = EditedTree.Of(Given.Platform(Given.Cluster("dns: { autoscaling: { kind: hpa, maxReplicas: 6 } }")));

        var result = scaled.To(Patched(scaled, kind, "coredns", operation));

        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns).Reason.ShouldNotBeNull().ShouldContain(says);
    }

    [TestCase("ClusterRole", "coredns", "{op: add, path: /rules/-, value: {apiGroups: [''], resources: [nodes], verbs: [get]}}")]
    [TestCase("Deployment", "coredns", "{op: replace, path: /spec/template/spec/containers/0/image, value: 'example.com/coredns:1.11.4'}")]
    [TestCase("Service", "kube-dns", "{op: add, path: /metadata/annotations, value: {a: b}}")]
    [TestCase("Service", "kube-dns", "{op: add, path: /spec/ports/-, value: {name: dot, port: 853, protocol: TCP}}")]
    [TestCase("Deployment", "coredns", "{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: registry}]}")]
    [TestCase("Deployment", "coredns", "{op: add, path: /spec/template/metadata/labels/team, value: dns}")]
    [TestCase("Deployment", "coredns", "{op: replace, path: /spec/template/spec/containers/0/resources/limits/memory, value: 1Gi}")]
    [TestCase("Deployment", "coredns", "{op: add, path: /spec/template/spec/containers/0/args/-, value: -quiet}")]
    [TestCase("NoSuchKind", "coredns", "{op: remove, path: /spec/selector}")]
    public void Other_patches_are_changes(string kind, string name, string operation)
    {
        var result = Plain.To(Patched(kind, name, operation));

        result.ExitCode.ShouldBe(0);
        result.Clusters.Single().Changes.ShouldNotBeEmpty();
    }

    [Test]
    public void A_patch_that_stays_does_not_make_another_change_one_of_DNS()
    {
        var patched = Patched("Deployment", "coredns", "{op: replace, path: /spec/template/spec/dnsPolicy, value: ClusterFirst}");

        patched.To(patched.Edit(Base, "    priorityClassName: system-cluster-critical\n", "")).ExitCode.ShouldBe(0);
    }

    [TestCase("minAvailable: ${COREDNS_MIN_AVAILABLE}", "minAvailable: 0", "allows the eviction of every DNS pod")]
    [TestCase("minAvailable: ${COREDNS_MIN_AVAILABLE}", "maxUnavailable: 100%", "allows the eviction of every DNS pod")]
    [TestCase("k8s-app: kube-dns", "k8s-app: dns", "selects other pods")]
    public void A_budget_that_protects_nobody_is_refused(string old, string now, string says)
    {
        var result = Plain.To(Plain.Edit(Budget, old, now));

        result.ExitCode.ShouldBe(3);
        result.Clusters.Single().Changes.Single(change => change.EndangersDns).Reason.ShouldNotBeNull().ShouldContain(says);
    }

    [Test]
    public void A_tag_beside_the_digest_of_another_changes_nothing_and_the_plan_says_so()
    {
        const string Source = Folder + "source.yaml";
        const string Text = "{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {name: chart, namespace: dns}, "
            + "spec: {url: \"oci://registry.example.com/coredns\", ref: {tag: 1.45.2, digest: \"sha256:aa\"}}}";
        var before = Plain.Edit(Folder + "kustomization.yaml", "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - source.yaml\n")
            .With(Source, Text);

        var change = before.To(before.Edit(Source, "1.45.2", "1.46.2")).Clusters.Single().Changes
            .Single(change => change.Id.Name == "chart");

        change.Reason.ShouldBe("Flux prefers the digest, which is that of 1.45.2, and goes on with it");
    }

    private static EditedTree Patched(string kind, string name, string operation) => Patched(Plain, kind, name, operation);

    private static EditedTree Patched(EditedTree plain, string kind, string name, string operation) => plain.Edit(Base, "  values:\n",
        $"  postRenderers:\n    - kustomize:\n        patches:\n          - target: {{kind: {kind}, name: {name}}}\n"
        + $"            patch: |\n              - {operation}\n  values:\n");
}
