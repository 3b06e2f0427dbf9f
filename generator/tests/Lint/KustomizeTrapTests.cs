namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>
/// The table "What kustomize makes of files of your own" of docs/lint.md: what it says of lint is what lint says of such a tree. That
/// kustomize does so is the matter of the scripts that the table names.
/// </summary>
public sealed partial class KustomizeTrapTests
{
    private const string Layer = """
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: apps, namespace: flux-system}
        spec: {path: ./kubernetes/apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: coredns, namespace: kube-system}
        spec:
          selector: {matchLabels: {k8s-app: kube-dns}}
          template: {metadata: {labels: {k8s-app: kube-dns}}, spec: {containers: [{name: coredns, image: "coredns/coredns:1.11.4"}]}}
        """;

    private const string Settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {a: \"1\"}\n";

    private const string Release = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: web, namespace: shop}
        spec:
          interval: 1h
          chart: {spec: {chart: ./web, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
          values:
            since: 2024-01-01
            containers: [{name: web, image: "example/app:1"}]
        """;

    private const string Policy = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: dns, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          policyTypes: [Egress]
          egress:
            - to:
                - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
                  podSelector: {matchLabels: {k8s-app: kube-dns}}
              ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
        """;

    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "example/app:1"}]}}
        """;

    private static readonly string[] Ends = ["json", "env"];

    private static readonly Dictionary<string, string[]> Trees = new()
    {
        ["json-patch-replace-missing.sh"] =
            ["resources: [a.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: replace, path: /data/aa, value: x}'}]", Settings],
        ["kustomization-key-twice.sh"] = ["resources: [a.yaml]\nresources: [b.yaml]", Settings, Web],
        ["kustomize-json-stream.sh"] = ["resources: [a.json]", Json("one") + Json("two")],
        ["yaml-document-marks.sh"] = ["resources: [a.yaml]", Settings + "...\n" + Web],
        ["yaml-version-header.sh"] = ["resources: [a.yaml]", "%YAML 1.2\n---\n" + Settings],
        ["yaml-merge-key-order.sh"] = ["resources: [a.yaml]",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n  labels: &defaults {ttl: \"1\"}\n"
                + "data:\n  ttl: \"2\"\n  <<: *defaults\n"],
        ["kustomize-number-key.sh"] = ["resources: [a.yaml]", Settings.Replace("{a: \"1\"}", "{12: two}")],
        ["kustomize-flow-json-patch.sh"] =
            ["resources: [a.yaml]\npatches:\n  - target: {kind: ConfigMap}\n    patch: |\n      [{op: add, path: /data/b, value: \"5\"}]",
                Settings],
        ["kustomize-env-file-keys.sh"] = ["configMapGenerator: [{name: env, namespace: shop, envs: [a.env]}]", "export KEY=1\n"],
        ["kustomize-literal-quotes.sh"] =
            ["configMapGenerator: [{name: env, namespace: shop, literals: ['A=\"b c\"']}]"],
        ["kustomize-images-in-values.sh"] = ["resources: [a.yaml]\nimages: [{name: example/app, newTag: '2'}]", Release],
        ["kustomize-images-pattern.sh"] = ["resources: [a.yaml]\nimages: [{name: example/.*, newTag: '2'}]", Web],
        ["kustomize-plain-date.sh"] = ["resources: [a.yaml]", Release],
        ["kustomize-labels-network-peers.sh"] =
            ["resources: [a.yaml, b.yaml]\nlabels: [{pairs: {env: test}, includeSelectors: true}]", Policy, Web],
        ["kustomize-namespace-default-subject.sh"] = ["namespace: beta\nresources: [a.yaml]", """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: both}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects:
              - {kind: ServiceAccount, name: default, namespace: other}
              - {kind: ServiceAccount, name: prometheus, namespace: other}
            """],
        ["kustomize-namespace-renames.sh"] = ["namespace: beta\nresources: [a.yaml]",
            "{apiVersion: v1, kind: Namespace, metadata: {name: alpha}}"],
        ["kustomize-ingress-class-prefix.sh"] = ["namePrefix: a-\nresources: [a.yaml]", """
            apiVersion: networking.k8s.io/v1
            kind: IngressClass
            metadata: {name: here}
            spec: {controller: example.org/ingress}
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web, namespace: shop}
            spec: {ingressClassName: here, defaultBackend: {service: {name: web, port: {number: 80}}}}
            """],
        ["kustomize-replacement-pattern.sh"] = ["""
            resources: [a.yaml, b.yaml]
            replacements:
              - source: {kind: ConfigMap, name: settings, fieldPath: data.a}
                targets: [{select: {kind: "Deploy.*"}, fieldPaths: [spec.template.spec.containers.0.image]}]
            """, Settings, Web],
        ["kustomize-folded-text.sh"] = ["resources: [a.yaml]",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata:\n  script: >\n    a\n      b\n    c\n"],
    };

    private static IEnumerable<TestCaseData> Rows() => File.ReadLines(RepositoryRoot.File("docs", "lint.md"))
        .Select(line => Row().Match(line))
        .Where(match => match.Success)
        .Select(match => new TestCaseData(match.Groups["script"].Value, match.Groups["lint"].Value)
            .SetArgDisplayNames(match.Groups["script"].Value));

    [TestCaseSource(nameof(Rows))]
    public void Lint_says_what_the_page_says(string script, string lint)
    {
        File.Exists(RepositoryRoot.File("findings", script)).ShouldBeTrue("the page names a script that is not there");
        var tree = Trees[script];
        var end = Ends.FirstOrDefault(end => tree[0].Contains($"a.{end}")) ?? "yaml";
        var files = tree.Skip(1).Select((text, index) => ($"kubernetes/apps/{(char)('a' + index)}.{end}", text));
        ForeignTreeTests.Check(Layer, [("kubernetes/apps/kustomization.yaml", tree[0]), .. files])
            .ShouldBe(lint == "nothing" ? [] : [lint.Trim('`')]);
    }

    [Test]
    public void Each_tree_has_a_row() =>
        Trees.Keys.ShouldBe(Rows().Select(row => (string)row.Arguments[0]!), ignoreOrder: true);

    private static string Json(string name) =>
        $$$"""{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{{name}}}", "namespace": "shop"}}""" + "\n";

    [GeneratedRegex(@"^\|.*\| (?<lint>`[a-z-]+`|nothing) \| \[[a-z0-9-]+\]\(\.\./findings/(?<script>[a-z0-9-]+\.sh)\) \|$")]
    private static partial Regex Row();
}
