namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Trees of other people: lint says only what is surely wrong there.</summary>
public sealed class ForeignTreeTests
{
    private const string Settings =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: flux-system}, data: {HOST: a.example.com}}";

    private const string Script =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: script, namespace: shop}, data: {run.sh: 'curl ${URL}'}}";

    private const string Template = "{metadata: {labels: {app: shop}}}";

    private const string Selected = "selector: {matchLabels: {app: shop}}, template: " + Template;

    private const string Pdb = """
        {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p, namespace: shop}, spec: {maxUnavailable: 1,
          selector: {matchLabels: {app: shop}}}}
        """;

    /// <summary>Other pods and another Service, so that the tree knows the namespace.</summary>
    private const string Others = """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: other, namespace: shop}, spec: {selector: {matchLabels: {app: other}},
          template: {metadata: {labels: {app: other}}}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: other, namespace: shop, labels: {app: other}}}
        """;

    private const string Monitor = """
        {apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: m, namespace: shop}, spec: {SELECTOR
          selector: {matchLabels: {app: shop}}}}
        """;

    [Test]
    public void A_variable_of_a_shell_is_not_one_of_Flux() => Check(Layer("apps"), ("apps/script.yaml", Script)).ShouldBeEmpty();

    [Test]
    public void A_variable_that_the_cluster_sets_is_one_of_Flux() =>
        Check($"{Settings}\n---\n{Layer("apps")}", ("apps/a.yaml", Script.Replace("${URL}", "${HOST}")))
            .ShouldBe(["variable-without-substitution"]);

    [Test]
    public void So_is_one_that_is_used_where_Flux_substitutes() =>
        Check(Layer("apps") + Layer("other", "postBuild: {substituteFrom: [{kind: Secret, name: made-in-the-cluster}]}"),
            ("apps/a.yaml", Script), ("other/b.yaml", Script.Replace("name: script", "name: other")))
            .ShouldBe(["variable-without-substitution"]);

    [TestCase("{apiVersion: v1, kind: ReplicationController, metadata: {name: c, namespace: shop}, spec: {template: " + Template + "}}")]
    [TestCase("{apiVersion: batch/v1, kind: CronJob, metadata: {name: c, namespace: shop}, spec: {schedule: '@daily', jobTemplate: {spec: "
        + "{template: " + Template + "}}}}")]
    [TestCase("{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: c, namespace: shop}}")]
    [TestCase("{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: c, namespace: shop}}")]
    [TestCase("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: c, namespace: shop}}")]
    [TestCase("{apiVersion: operator.example.com/v1, kind: Everywhere, metadata: {name: c}}")]
    public void A_selector_may_select_the_pods_of(string maker) =>
        Check(Layer("apps"), ("apps/a.yaml", $"{Pdb}\n---\n{maker}")).ShouldBeEmpty();

    [TestCase("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, namespace: shop}}")]
    [TestCase("{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: c, namespace: elsewhere}}")]
    [TestCase("{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: c, namespace: shop}, spec: {groups: []}}")]
    public void A_selector_selects_no_pod_of(string other) =>
        Check(Layer("apps"), ("apps/a.yaml", $"{Pdb}\n---\n{Others}\n---\n{other}")).ShouldBe(["pdb-selector"]);

    /// <summary>Whoever owns such a namespace brings its pods from elsewhere.</summary>
    [TestCase("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p, namespace: other}, spec: {maxUnavailable: 1, "
        + "selector: {matchLabels: {app: web}}}}")]
    [TestCase("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: other}, spec: {podSelector: "
        + "{matchLabels: {app: web}}}}")]
    [TestCase("{apiVersion: v1, kind: Service, metadata: {name: p, namespace: other}, spec: {selector: {app: web}}}")]
    [TestCase("{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: p, namespace: other}, spec: {selector: "
        + "{matchLabels: {app: web}}}}")]
    public void A_namespace_without_a_pod_of_the_tree_is_not_judged(string selecting)
    {
        Check(Layer("apps"), ("apps/a.yaml", $"{selecting}\n---\n{Others}")).ShouldBeEmpty();
        Check(Layer("apps"), ("apps/a.yaml", $"{selecting}\n---\n{Others}"
            .Replace("namespace: other", "namespace: shop"))).Length.ShouldBe(1);
    }

    [TestCase("", "shop", false)]
    [TestCase("", "other", true)]
    [TestCase("namespaceSelector: {any: true},", "other", false)]
    [TestCase("namespaceSelector: {matchNames: [other]},", "other", false)]
    [TestCase("namespaceSelector: {matchNames: [third]},", "shop", true)]
    public void A_ServiceMonitor_selects_Services_of_its_namespaces(string selector, string @namespace, bool isFound) =>
        Check(Layer("apps"), ("apps/a.yaml", $$"""
            {{Monitor.Replace("SELECTOR", selector)}}
            ---
            {apiVersion: v1, kind: Service, metadata: {labels: {app: shop}, name: s, namespace: {{@namespace}} } }
            ---
            {{Others}}
            ---
            {{Others.Replace("namespace: shop", "namespace: third")}}
            """)).ShouldBe(isFound ? ["monitor-selector"] : []);

    [TestCase("kube-prometheus-stack", "values: {crds: {enabled: false}}")]
    [TestCase("kube-prometheus-stack", "install: {crds: Skip}")]
    [TestCase("cert-manager", "values: {}")]
    [TestCase("cilium", "values: {}")]
    public void Definitions_that_no_release_installs_come_from_outside(string chart, string spec) =>
        Check(Layer("charts") + Layer("apps"), ("charts/a.yaml", Chart(chart, spec)), ("apps/a.yaml", Needing)).ShouldBeEmpty();

    [TestCase("kube-prometheus-stack", "values: {}")]
    [TestCase("cert-manager", "values: {crds: {enabled: true}}")]
    public void Definitions_of_a_release_are_waited_for(string chart, string spec) =>
        Check(Layer("charts") + Layer("apps"), ("charts/a.yaml", Chart(chart, spec)), ("apps/a.yaml", Needing)).ShouldBe(["crd-unordered"]);

    [Test]
    public void Definitions_that_can_never_come_from_the_tree_are_one_finding() =>
        Check(Layer("charts") + Layer("apps"),
            ("charts/a.yaml", Chart("kube-prometheus-stack", "values: {}") + "\n---\n" + Rule("one")), ("apps/a.yaml", Rule("two")))
            .ShouldBe(["crd-together"]);

    /// <summary>An artifact may hold a part of the repository, with a root of its own.</summary>
    [TestCase("OCIRepository", "apps", "nowhere", true)]
    [TestCase("OCIRepository", "inside", "nowhere", false)]
    [TestCase("GitRepository", "inside", "nowhere", true)]
    public void A_path_that_is_not_in_the_tree(string kind, string one, string two, bool isFound) =>
        Check((Layer(one) + Layer(two)).Replace("kind: GitRepository", $"kind: {kind}"), ("apps/a.yaml", Script))
            .Contains("path-missing").ShouldBe(isFound);

    [TestCase("rtsp://view:{CAMERA_PASSWORD}@camera.example.com/", false)]
    [TestCase("amqp://user:$(PASSWORD)@queue.example.com/", false)]
    [TestCase("https://<user>:<password>@example.com/", false)]
    [TestCase("https://$TOKEN@example.com/", false)]
    [TestCase("rtsp://view:hunter2@camera.example.com/", true)]
    [TestCase("amqp://user:{a}b@queue.example.com/", true)]
    [TestCase("https://0123456789abcdef@example.com/", true)]
    public void A_password_in_a_URL(string url, bool isFound) =>
        Check(Layer("apps"), ("apps/a.yaml", Script.Replace("curl ${URL}", $"curl {url}")))
            .ShouldBe(isFound ? ["secret-in-plain-text"] : []);

    /// <summary>What a post-renderer patches is not judged by the values.</summary>
    [TestCase("[]", "run-as-user-missing")]
    [TestCase("[{kustomize: {patches: [{target: {kind: Deployment}, patch: '- {op: add, path: /spec/x, value: 1}'}]}}]",
        "run-as-user-missing")]
    [TestCase("[{kustomize: {patches: [{patch: '{kind: Deployment, metadata: {name: x}, spec: {template: {spec: {securityContext: " +
        "{runAsUser: 65532}}}}}'}]}}]")]
    public void Post_renderers(string renderers, params string[] rules) => Check(Layer("charts"), ("charts/a.yaml",
        Chart("coredns", $"postRenderers: {renderers}\n  values: {{podSecurityContext: {{runAsNonRoot: true}}}}")
            .Replace("1.0.0", "1.38.0")))
        .Where(rule => rule == "run-as-user-missing").ShouldBe(rules);

    /// <summary>Objects that go to another cluster are neither twice here nor selected here.</summary>
    [Test]
    public void A_kubeConfig_applies_elsewhere() => Check(
        Layer("apps") + Layer("other", "kubeConfig: {secretRef: {name: remote}}"), ("apps/a.yaml", Script), ("other/a.yaml", Script),
        ("other/b.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: c, namespace: shop}, spec: {" + Selected
            + "}}"),
        ("apps/pdb.yaml", $"{Pdb}\n---\n{Others}")).ShouldBe(["pdb-selector"]);

    /// <summary>A health check may name what another Kustomization, a chart or an operator creates.</summary>
    [TestCase("{apiVersion: v1, kind: ServiceAccount, metadata: {name: other, namespace: shop}}", true)]
    [TestCase("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {" + Selected + "}}",
        false)]
    [TestCase("{apiVersion: operator.example.com/v1, kind: Web, metadata: {name: w, namespace: shop}}", false)]
    public void A_health_check(string there, bool isFound) => Check(
        Layer("apps", "healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: shop}]") + Layer("other"),
        ("apps/a.yaml", Script), ("other/a.yaml", there)).ShouldBe(isFound ? ["health-check-missing"] : []);

    /// <summary>A controller creates an ExternalArtifact; a source of any other kind has to be in the tree.</summary>
    [TestCase("ExternalArtifact")]
    [TestCase("OCIRepository", "source-missing")]
    public void A_source_of_another_kind(string kind, params string[] rules) => Check(Layer("apps"), ("apps/a.yaml", $$"""
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: web, namespace: shop}
        spec: {interval: 10m, chartRef: {kind: {{kind}}, name: made} }
        """)).ShouldBe(rules);

    [TestCase("ExternalArtifact", "")]
    [TestCase("Bucket", "", "source-missing")]
    [TestCase("GitRepository", "", "source-missing")]
    [TestCase("Bucket", "{apiVersion: fluxcd.controlplane.io/v1, kind: ResourceSet, metadata: {name: r, namespace: other}}")]
    [TestCase("Bucket", "{apiVersion: operator.example.com/v1, kind: Repositories, metadata: {name: r}}")]
    [TestCase("Bucket", "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: k, namespace: other}, spec: "
        + "{path: ., prune: true, interval: 10m, sourceRef: {kind: GitRepository, name: there}}}\n---\n{apiVersion: "
        + "source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: there, namespace: other}}")]
    public void A_kustomization_of_a_source_elsewhere(string kind, string maker, params string[] rules) => Check(Layer("apps"),
        ("apps/a.yaml", $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: elsewhere, namespace: flux-system}
            spec: {path: ./deploy, prune: true, interval: 10m, sourceRef: {kind: {{kind}}, name: made} }
            ---
            {{maker}}
            """)).ShouldBe(rules);

    [TestCase("'${TAG}'", "substituted-type")]
    [TestCase("'v${TAG}'")]
    [TestCase("1.0", "flux-value-type")]
    public void A_tag_is_a_text(string tag, params string[] rules) =>
        Check(Layer("apps", "postBuild: {substitute: {TAG: '1.0'}}"), ("apps/a.yaml", $$"""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: 'a-${TAG}', namespace: shop}
            spec: {interval: 1m, url: https://example.com/a.git, ref: {branch: main, tag: {{tag}} } }
            """)).ShouldBe(rules);

    [TestCase("Alert", "v1beta3", "eventSources", "FluxInstance")]
    [TestCase("Receiver", "v1", "resources", "Terraform")]
    [TestCase("Receiver", "v1", "resources", "HelmRelaese", "flux-value-unknown")]
    [TestCase("Alert", "v1", "eventSources", "HelmRelease", "api-version")]
    public void Kinds_that_events_and_webhooks_are_about(string kind, string version, string member, string about, params string[] rules) =>
        Check(Layer("apps"), ("apps/a.yaml", $$"""
            apiVersion: notification.toolkit.fluxcd.io/{{version}}
            kind: {{kind}}
            metadata: {name: all, namespace: shop}
            spec: { {{member}}: [{kind: {{about}}, name: '*'}]}
            """)).ShouldBe(rules);

    /// <summary>Where a build fails, what is missing then is not a finding of its own.</summary>
    [TestCase("resources: [a.yaml, nowhere.yaml]", "kustomize-missing")]
    [TestCase("resources: [a.yaml, 'https://github.com/example/base?ref=v1']", "kustomize-unsupported")]
    [TestCase("resources: [a.yaml]", "pdb-selector")]
    public void One_cause_is_one_finding(string kustomization, string rule) =>
        Check(Layer("apps"), ("apps/a.yaml", $"{Pdb}\n---\n{Others}"), ("apps/kustomization.yaml", kustomization)).ShouldBe([rule]);

    /// <summary>It takes 0.3 s; what grows with the square of the size takes minutes.</summary>
    [Test, CancelAfter(20_000)]
    public void A_megabyte_of_foreign_manifests() => Check(Layer("apps"), ("apps/a.yaml", string.Join("\n---\n",
        Enumerable.Range(0, 9000).Select(index => Script.Replace("name: script", $"name: script-{index}")))))
        .ShouldBeEmpty();

    private static string Needing => Rule("r") + """

        ---
        {apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, namespace: shop}}
        ---
        {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: n, namespace: shop}, spec: {endpointSelector: {}}}
        """;

    private static string Rule(string name) =>
        "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: " + name + ", namespace: shop}, spec: {groups: []}}";

    private static string Chart(string name, string spec) => $$"""
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmRepository
        metadata: {name: charts, namespace: shop}
        spec: {url: https://charts.example.com}
        ---
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: release, namespace: shop}
        spec:
          chart: {spec: {chart: {{name}}, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts} } }
          {{spec}}
        """;

    private static string Layer(string folder, string spec = "prune: true") => $$"""

        ---
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: {{folder}}, namespace: flux-system}
        spec:
          path: ./{{folder}}
          sourceRef: {kind: GitRepository, name: flux-system}
          {{spec}}
        """;

    /// <summary>The rules of the findings of a cluster whose folder holds one file, and of other files.</summary>
    internal static string[] Check(string cluster, params (string Path, string Text)[] files)
    {
        const string Source =
            "{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: flux-system, namespace: flux-system}}";
        var tree = SourceTree.Of(files.Append(("kubernetes/clusters/one/all.yaml", $"{Source}\n---\n{cluster}"))
            .ToDictionary(file => file.Item1, file => Encoding.UTF8.GetBytes(file.Item2)));
        return [.. Linter.Check(tree, new LintOptions { FluxVersion = new SemVer(2, 9, 0), StrictSubstitution = false })
            .Select(finding => finding.Rule).Distinct()];
    }
}
