namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Patches of the chart's objects, which the values do not show.</summary>
internal static class ChartPatchFixtures
{
    public static IEnumerable<LintFixture> All =>
    [
        Patch("chart-patch-dns", "another selector", "Service", "kube-dns", "{op: replace, path: /spec/selector, value: {a: b}}",
            "has the Service select a=b, and the DNS pods do not have it"),
        Patch("chart-patch-dns", "no selector", "Service", "kube-dns", "{op: remove, path: /spec/selector}",
            "takes the selector of the Service away"),
        Patch("chart-patch-dns", "a port less", "Service", "kube-dns", "{op: remove, path: /spec/ports/1}", "takes TCP 53 (tcp-53)"),
        Patch("chart-patch-dns", "a port that leads elsewhere", "Service", "kube-dns",
            "{op: replace, path: /spec/ports/0/targetPort, value: 99}", "leads UDP 53 (udp-53) of the Service to the port 99"),
        Patch("chart-patch-dns", "another address", "Service", "kube-.*", "{op: replace, path: /spec/clusterIP, value: 10.245.0.99}",
            "gives the Service the address 10.245.0.99 in place of 10.245.0.10"),
        Patch("chart-patch-dns", "pods of the node alone", "Service", "kube-dns",
            "{op: add, path: /spec/internalTrafficPolicy, value: Local}", "pods on a node without a DNS pod"),
        Patch("chart-patch-dns", "one pod", "Deployment", "coredns", "{op: replace, path: /spec/replicas, value: 1}",
            "runs 1 DNS pods in place of 2"),
        Patch("chart-patch-dns", "its own client", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/dnsPolicy, value: ClusterFirst}", "they ask themselves"),
        Patch("chart-patch-dns", "no spread", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/topologySpreadConstraints}", "all may run on one node"),
        Patch("chart-patch-dns", "another label", "Deployment", "coredns",
            "{op: replace, path: /spec/template/metadata/labels/k8s-app, value: dns}",
            "has the Service select k8s-app=kube-dns, and the DNS pods do not have it"),
        Patch("chart-patch-dns", "an immutable selector", "Deployment", "coredns",
            "{op: add, path: /spec/selector/matchLabels/app, value: dns}", "which is immutable"),
        Patch("chart-patch-dns", "another Corefile", "ConfigMap", "coredns", "{op: replace, path: /data/Corefile, value: x}",
            "replaces the Corefile"),
        Patch("chart-patch-dns", "another program", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/command, value: [sleep]}", "changes what the container coredns runs"),
        Merge("chart-patch-dns", "no Service",
            "apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, $patch: delete",
            "deletes the Service of the chart"),
        Patch("chart-patch-security", "no restrictions", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/containers/0/securityContext}",
            "gives the container capabilities back that the values drop"),
        Merge("chart-patch-security", "root", "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: kube-system}, "
            + "spec: {template: {spec: {securityContext: {runAsNonRoot: false}}}}", "takes runAsNonRoot: true from the pods"),
        Patch("chart-patch-security", "the node's network", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/hostNetwork, value: true}", "in the network of the node"),
        Patch("chart-patch-target", "a kind with a typing error", "Deploymnt", "coredns", Harm, "is for Deploymnt coredns, which the chart "
            + "does not make of these values: it changes nothing"),
        Patch("chart-patch-target", "another name", "Service", "coredns", Harm, "is for Service coredns, which the chart does not make"),
        Patch("chart-patch-target", "an object that is switched off", "HorizontalPodAutoscaler", "coredns", Harm,
            "is for HorizontalPodAutoscaler coredns, which the chart does not make"),
        Merge("chart-patch-target", "a merge of another name",
            "apiVersion: apps/v1, kind: Deployment, metadata: {name: nosuch, namespace: kube-system, annotations: {a: b}}",
            "is for Deployment kube-system/nosuch, which the chart does not make of these values: the release fails."),
        Merge("chart-patch-target", "a merge without the namespace",
            "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, annotations: {a: b}}", "the release fails."),
    ];

    private const string Harm = "{op: add, path: /metadata/annotations, value: {a: b}}";

    /// <summary>Patches of which no rule speaks: fields that decide other things.</summary>
    public static IEnumerable<LintFixture> Harmless =>
    [
        Patch("", "an annotation", "Service", "kube-dns", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "a port more", "Service", "kube-dns", "{op: add, path: /spec/ports/-, value: {name: dot, port: 853, protocol: TCP}}", ""),
        Patch("", "a label more", "Deployment", "coredns", "{op: add, path: /spec/template/metadata/labels/team, value: dns}", ""),
        Patch("", "pull secrets", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: registry}]}", ""),
        Patch("", "the metrics", "Service", "coredns-metrics", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "each of a kind", "ClusterRole", ".*", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "more pods", "Deployment", "coredns", "{op: replace, path: /spec/replicas, value: 3}", ""),
        Patch("", "a field that is not modelled", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/containers/0/env/7}", ""),
    ];

    private static LintFixture Patch(string rule, string about, string kind, string name, string operation, string says) =>
        new LintFixture(rule, about) { Says = says }.Value("  values:\n",
            $"  postRenderers:\n    - kustomize:\n        patches:\n          - target: {{kind: {kind}, name: {name}}}\n"
            + $"            patch: |\n              - {operation}\n  values:\n");

    private static LintFixture Merge(string rule, string about, string merge, string says) =>
        new LintFixture(rule, about) { Says = says }.Value("  values:\n",
            $"  postRenderers:\n    - kustomize:\n        patches:\n          - patch: |\n              {{{merge}}}\n  values:\n");
}

/// <summary>A patch that takes nothing away is no finding, and one with a typing error gets the name that was meant.</summary>
public sealed class HarmlessPatchTests
{
    [Test]
    public void The_nearest_object_is_named_and_all_that_there_are()
    {
        var fix = ChartPatchFixtures.All.First(fixture => fixture.Rule == "chart-patch-target").Check()
            .Single(finding => finding.Rule == "chart-patch-target").Fix;

        fix.ShouldStartWith("Did you mean Deployment coredns? The chart makes Deployment coredns, Service kube-dns, ConfigMap coredns, ");
        fix.ShouldContain("Service coredns-metrics");
    }

    private static IEnumerable<LintFixture> Fixtures => ChartPatchFixtures.Harmless;

    [TestCaseSource(nameof(Fixtures))]
    public void A_patch_that_takes_nothing_from_DNS_is_left_alone(LintFixture fixture) =>
        fixture.Check().Where(finding => finding.Rule.StartsWith("chart-patch", StringComparison.Ordinal)).ShouldBeEmpty();
}
