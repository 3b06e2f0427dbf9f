namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>What other people reported about Flux, kustomize, CoreDNS and Prometheus, each tried with an input of our own.</summary>
public sealed class PublicReportTests
{
    [TestCase("flux2#3128", "{V: 2.4}", "{a: 'v${V}'}", "object-type")]
    [TestCase("kustomize-controller#625", "{ID: '0999991'}", "{a: '${ID}'}", "substituted-type")]
    [TestCase("kustomize-controller#625", "{ID: '0999991'}", "{a: 'id-${ID}'}")]
    [TestCase("flux2#1003", "{A: x}", "{a: '${kubelet-identity-client-id}'}", "substitution-malformed")]
    [TestCase("kustomize-controller#429", "{A: x}", @"{a: ""location ~* \\.(?:ico|css|js)\n  set $b ${A};""}")]
    [TestCase("kustomize-controller#398", "{A: x}", "{a: '<pattern>${LOG_PATTERN}</pattern> %d{HH:mm} ${A}'}", "variable-unescaped")]
    public void Substitution(string reference, string variables, string data, params string[] rules) =>
        Check(variables, $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c, namespace: shop}}, data: {data}}}")
            .ShouldBe(rules, ignoreOrder: true, reference);

    /// <summary>flux2#4885: one key that is not a name fails the whole Kustomization.</summary>
    [Test]
    public void A_key_of_a_ConfigMap_that_is_not_a_name() => ForeignTreeTests.Check(
        """
        {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: flux-system}, data: {node-group: "", nfs_host: x}}
        ---
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: apps, namespace: flux-system}
        spec:
          path: ./apps
          sourceRef: {kind: GitRepository, name: flux-system}
          postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}
        """,
        ("apps/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {a: '${nfs_host}'}}"))
        .ShouldBe(["variable-name", "variable-unused"], ignoreOrder: true);

    [TestCase("prometheus#6806", "annotations: {summary: '{{ critical }}'}", "alert-template")]
    [TestCase("prometheus#12663", "annotations: {summary: '{{$label.foo}}'}", "alert-template")]
    [TestCase("prometheus#5357", "annotations: {summary: '{{ $value | humanizeNoSmallPrefix }}'}", "alert-template")]
    [TestCase("prometheus#7042", "foo: bar", "alert-field")]
    [TestCase("prometheus#4808", "labels: {interface: '{{ $labels.device }}:{{ $labels.interface }}'}")]
    public void Alert_rules(string reference, string rule, params string[] rules) => Check("{A: x}", $$"""
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: '${A}', namespace: shop}
        spec:
          groups:
            - name: g
              rules:
                - alert: X
                  expr: up == 0
                  {{rule}}
        """).ShouldBe(rules, reference);

    [TestCase("kubernetes#75957", "pdb-overlap")]
    public void Two_budgets(string reference, string rule) => Check("{A: x}", string.Join("\n---\n",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: '${A}', namespace: shop}, spec: {replicas: 2, selector: " +
            "{matchLabels: {app: istiod}}, template: {metadata: {labels: {app: istiod}}}}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p, namespace: shop}, spec: {minAvailable: 1, selector: " +
            "{matchLabels: {app: istiod}}}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: q, namespace: shop}, spec: {maxUnavailable: 1, selector: " +
            "{matchExpressions: [{key: app, operator: Exists}]}}}")).ShouldBe([rule], reference);

    [TestCase("coredns#3816", ". https://192.0.2.1", true)]
    [TestCase("k8s_gateway#198", ". 192 168 178.2", true)]
    [TestCase("coredns#3350", "internal.lan 192.0.2.1", false)]
    [TestCase("coredns#7942", ". 192.0.2.1 tls://192.0.2.2", false)]
    public void Upstreams(string reference, string parameters, bool isRefused) =>
        new LintFixture("corefile-refused", reference).Value("parameters: . ${COREDNS_UPSTREAMS}", $"parameters: {parameters}")
            .Check().Any(finding => finding.Rule == "corefile-refused").ShouldBe(isRefused, reference);

    private static string[] Check(string variables, string file) => ForeignTreeTests.Check(
        $$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: apps, namespace: flux-system}
        spec:
          path: ./apps
          sourceRef: {kind: GitRepository, name: flux-system}
          postBuild: {substitute: {{variables}} }
        """, ("apps/a.yaml", file));
}
