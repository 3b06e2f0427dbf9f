namespace PlatformGitOps.Generator.Tests.Lint;

internal static class FluxFixtures
{
    private const string Layer = "kubernetes/clusters/infra/coredns.yaml";
    private const string Crds = "kubernetes/clusters/infra/crds.yaml";
    private const string Root = "kubernetes/clusters/infra/kustomization.yaml";
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Secret = "kubernetes/infrastructure/networking/coredns/secret.yaml";

    private const string Alerts = "kubernetes/infrastructure/networking/coredns/prometheusrule.yaml";

    public static IEnumerable<LintFixture> All =>
    [
        new LintFixture("crd-together",
            "the chart of the definitions beside the ServiceMonitor") { Says =
            "and 1 more need monitoring.coreos.com, which HelmRelease flux-system/monitoring-crds installs", Where = Alerts,
            Also = ["file-unused"] }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - ../../crds\n").Edit(Root, "  - crds.yaml\n", "")
                .Edit(Layer, "  dependsOn:\n    - name: cluster-infra-crds\n", ""),
        new LintFixture("crd-unordered", "dependsOn was deleted") { Says = "but cluster-infra-coredns does not depend on it",
            Where = Alerts }
            .Edit(Layer, "  dependsOn:\n    - name: cluster-infra-crds\n", ""),
        new LintFixture("crd-unordered", "the definitions wait for what needs them") { Says = "but cluster-infra-coredns does not depend",
            Where = Alerts }
            .Edit(Layer, "  dependsOn:\n    - name: cluster-infra-crds\n", "")
            .Edit(Crds, "  path: ", "  dependsOn:\n    - name: cluster-infra-coredns\n  path: "),
        new LintFixture("depends-on-missing", "a typing error") { Says = "flux-system/cluster-infra-crd," }
            .Edit(Layer, "    - name: cluster-infra-crds", "    - name: cluster-infra-crd"),
        new LintFixture("depends-on-cycle", "both wait") { Says = "depend on each other", Where = Layer }
            .Edit(Crds, "  path: ", "  dependsOn:\n    - name: cluster-infra-coredns\n  path: "),
        new LintFixture("health-check-missing",
            "the chart's Service by its old name") { Says = "waits for Deployment kube-system/core-dns" }
            .Edit(Layer, "    - apiVersion: apps/v1\n      kind: Deployment\n      name: coredns\n",
                "    - apiVersion: apps/v1\n      kind: Deployment\n      name: core-dns\n"),
        new LintFixture("flux-key-unknown", "a typing error") { Says = "no 'spec.driftDetction' in Flux" }
            .Value("  driftDetection:\n", "  driftDetction:\n"),
        new LintFixture("flux-key-unknown", "deeper") { Says = "spec.install.remediation.retry'" }
            .Value("      retries: 3\n", "      retry: 3\n"),
        new LintFixture("flux-key-unknown", "of a Kustomization") { Says = "spec.retryIntervl'" }
            .Edit(Layer, "  retryInterval:", "  retryIntervl:"),
        new LintFixture("flux-value-unknown", "a word") { Says = "is 'enable', which Flux" }
            .Value("    mode: enabled\n", "    mode: enable\n"),
        new LintFixture("flux-value-unknown", "in a list of words") { Says = "'rolback'" }.Value("strategy: rollback", "strategy: rolback"),
        new LintFixture("flux-value-unknown", "the kind of a source") { Says = "'GitRepo'" }
            .Edit(Layer, "kind: GitRepository", "kind: GitRepo"),
        new LintFixture("flux-value-type", "a number") { Says = "'spec.maxHistory' of HelmRelease kube-system/coredns is a text" }
            .Value("maxHistory: 5", "maxHistory: five"),
        new LintFixture("source-missing", "another name") { Says = "HelmRepository kube-system/core-dns" }
            .Value("        kind: HelmRepository\n        name: coredns\n",
                "        kind: HelmRepository\n        name: core-dns\n"),
        new LintFixture("source-missing", "of a Kustomization") { Says = "Kustomization flux-system/cluster-infra-crds refers to "
            + "GitRepository flux-system/platfrom, which cluster infra does not have" }
            .Edit(Crds, "    name: platform\n", "    name: platfrom\n"),
        new LintFixture("substituted-type", "of Flux") { Says = "'spec.maxHistory' becomes 'five' through ${COREDNS_HISTORY}: a text, not" }
            .Value("maxHistory: 5", "maxHistory: ${COREDNS_HISTORY}")
            .Edit("kubernetes/clusters/infra/cluster-settings.yaml", "data:\n", "data:\n  COREDNS_HISTORY: five\n"),
        new LintFixture("path-missing", "a folder that moved") { Says = "The path './kubernetes/infrastructure/crd' of Flux Kustomization" }
            .Edit(Crds, "./kubernetes/infrastructure/crds", "./kubernetes/infrastructure/crd"),
        new LintFixture("patch-without-target", "a patch of a kind that the folder does not have") { Says = "kind: Deployment" }
            .Edit(Folder, "resources:\n",
                "patches:\n  - target:\n      kind: Deployment\n    patch: |\n      - {op: remove, path: /spec}\nresources:\n"),
        new LintFixture("patch-replace-missing", "a typing error in the last word of a path") { Says =
            "replaces '/spec/minAvailabel', which no patched object has: kustomize adds it" }
            .Edit(Folder, "resources:\n", "patches:\n  - target:\n      kind: PodDisruptionBudget\n    patch: |\n"
                + "      - {op: replace, path: /spec/minAvailabel, value: 1}\nresources:\n"),
        new LintFixture("api-version",
            "a version that came later") { Says = "does not serve OCIRepository in source.toolkit.fluxcd.io/v1." }
            .Edit("kubernetes/infrastructure/crds/monitoring.yaml", "source.toolkit.fluxcd.io/v1beta2", "source.toolkit.fluxcd.io/v1"),
        new LintFixture("api-version", "a version that nobody ever served")
            .Edit(Layer, "kustomize.toolkit.fluxcd.io/v1\n", "kustomize.toolkit.fluxcd.io/v3\n"),
        new LintFixture("duplicate-object", "the base a second time") { Says = "applied by cluster-infra-coredns and cluster-infra-crds",
            Where = "kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml" }
            .Edit("kubernetes/infrastructure/crds/kustomization.yaml", "  - monitoring.yaml\n",
                "  - monitoring.yaml\n  - ../networking/coredns/poddisruptionbudget.yaml\n") with { Also =
                ["variable-without-substitution"] },
        new LintFixture("account-without-rights", "an account for definitions alone") { Says = "cluster-infra-coredns acts as the "
            + "ServiceAccount platform, which may not write ", Where = LintFixture.Release }
            .Edit(Layer, "  sourceRef:", "  serviceAccountName: platform\n  sourceRef:")
            .Edit(Root, "  - sync.yaml\n", "  - service-account.yaml\n  - sync.yaml\n")
            .Add("kubernetes/clusters/infra/service-account.yaml", """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: platform-gitops}
                rules: [{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: ['*']}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: platform-gitops}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: platform-gitops}
                subjects: [{kind: ServiceAccount, name: platform, namespace: flux-system}]
                """),
        new LintFixture("secret-in-plain-text",
            "a token in the settings") { Says = "ConfigMap flux-system/cluster-settings contains a key, a token" }
            .Edit("kubernetes/clusters/infra/cluster-settings.yaml", "MONITORING_RELEASE: monitoring", "MONITORING_RELEASE: ghp_" +
                new string('0', 36)),
        new LintFixture("secret-in-configmap", "a password in the settings") { Says = "has 'DB_PASSWORD', which looks like a credential",
            Also = ["variable-unused"] }
            .Edit("kubernetes/clusters/infra/cluster-settings.yaml", "  COREDNS_REPLICAS",
                "  DB_PASSWORD: hunter2hunter2\n  COREDNS_REPLICAS"),
        new LintFixture("namespace-missing", "an object that kubectl would put into its own namespace") { Where = Secret,
            Says = "ConfigMap own has no namespace: Flux does not choose one, and cluster-infra-coredns fails" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - secret.yaml\n")
            .Add(Secret, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n"),
        new LintFixture("duplicate-object", "the chart's ConfigMap, to change the Corefile") { Where = Secret,
            Says = "and the chart of HelmRelease kube-system/coredns makes it too" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - secret.yaml\n")
            .Add(Secret, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns\n  namespace: kube-system\ndata: {Corefile: x}\n"),
        Own("object-refused", "a name in capitals", "ConfigMap, metadata: {name: My_Config, namespace: shop}",
            "'My_Config' is not the name of a ConfigMap"),
        Own("object-refused", "another label of the pods",
            "Deployment, metadata: {name: web, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: "
                + "{labels: {app: shop}}, spec: {containers: [{name: web, image: 'web:1'}]}}}", "the labels of its own pods", "apps/v1"),
        Own("object-refused", "no selector", $"Deployment, metadata: {{name: web, namespace: shop}}, spec: {{{Pods}}}",
            "Deployment shop/web has no selector: the API server refuses it", "apps/v1"),
        Own("object-refused", "an empty selector", "StatefulSet, metadata: {name: web, namespace: shop}, spec: {serviceName: web, "
            + $"selector: {{matchLabels: {{}}}}, {Pods}}}", "StatefulSet shop/web has no selector", "apps/v1"),
        Own("object-refused", "a selector of null", "StatefulSet, metadata: {name: web, namespace: shop}, spec: {serviceName: web, "
            + $"selector: {{matchLabels: }}, {Pods}}}", "StatefulSet shop/web has no selector", "apps/v1"),
        Own("object-refused", "no spec", "DaemonSet, metadata: {name: web, namespace: shop}", "DaemonSet shop/web has no selector",
            "apps/v1"),
        Own("object-refused", "a schedule of six fields", CronJob("0 0 3 * * 0"),
            "The schedule of CronJob shop/nightly '0 0 3 * * 0' has 6 fields; 5 are expected", "batch/v1"),
        Own("object-refused", "a minute 60", CronJob("60 3 * * *"), "has minute '60', which is not within 0 to 59", "batch/v1"),
        Own("object-refused", "no schedule", CronJob(""), "The schedule of CronJob shop/nightly is missing", "batch/v1"),
        Own("object-refused", "a name too long for its Jobs",
            CronJob("@daily").Replace("nightly", new string('n', 53), StringComparison.Ordinal), "has 53 characters", "batch/v1"),
        Own("object-refused", "an account without its namespace", "ClusterRoleBinding, metadata: {name: web}, roleRef: "
            + "{kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: web}]", "binds the ServiceAccount web without its",
            "rbac.authorization.k8s.io/v1"),
        Own("object-refused", "the address of DNS", "Service, metadata: {name: dns-outside, namespace: shop}, spec: "
            + "{clusterIP: 10.245.0.10, ports: [{port: 53}]}", "has the address 10.245.0.10 of Service kube-system/kube-dns"),
        Own("object-type", "a port in quotes", "Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: '80'}]}",
            "'spec.ports[0].port' is a text"),
        Own("flux-value-type", "values as a text", "HelmRelease, metadata: {name: web, namespace: kube-system}, spec: {interval: 1h, "
            + "chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: coredns}}}, values: 'a: 1'}",
            "'spec.values' of HelmRelease kube-system/web is a text, not a mapping", "helm.toolkit.fluxcd.io/v2"),
        Own("flux-value-unknown", "the address that git clone takes", "GitRepository, metadata: {name: web, namespace: shop}, spec: "
            + "{interval: 1h, url: 'git@git.example.com:dns/sites.git'}", "it has no scheme", "source.toolkit.fluxcd.io/v1"),
        new LintFixture("api-version-removed", "a budget from an old example") { Says = "not serve PodDisruptionBudget in policy/v1beta1" }
            .Edit("kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml", "policy/v1\n", "policy/v1beta1\n"),
        new LintFixture("secret-in-plain-text", "a password") { Where = Secret, Says = "contains 'password' in plain text" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - secret.yaml\n")
            .Add(Secret,
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: upstream\n  namespace: kube-system\nstringData:\n  password: " +
                "example\n  sealed: ENC[AES256_GCM,data:x]\n"),
        new LintFixture("secret-in-object", "an annotation of all objects") { Says = "has the annotation 'example.com/api-token'" }
            .Edit(Layer, "  sourceRef:", "  commonMetadata: {annotations: {example.com/api-token: hunter2hunter2}}\n  sourceRef:"),
        new LintFixture("secret-in-object", "a variable in the chart's values") { Says =
            "HelmRelease kube-system/coredns has the variable 'DB_PASSWORD'" }
            .Value("    env:\n", "    env:\n      - {name: TOKEN_PATH, value: run12345}\n"
                + "      - {name: DB_PASSWORD, value: hunter2hunter2}\n"),
        Own("secret-in-object", "beside checksums and names", "ConfigMap, metadata: {name: own, namespace: shop, annotations: "
            + "{checksum/secret: 0a1b2c3d4e5f, secrets.example.com/reload: app1-config, inject-secret-db: 'store/db1', "
            + "password: hunter2hunter2}}", "has the annotation 'password'"),
        Own("secret-still-encrypted", "a Secret of SOPS without its keys", "Secret, metadata: {name: upstream, namespace: kube-system}, "
            + "stringData: {password: 'ENC[AES256_GCM,data:x]'}, sops: {mac: 'ENC[AES256_GCM,data:y]', version: 3.13.2}",
            "encrypted Secret kube-system/upstream, and cluster-infra-coredns has no 'spec.decryption'"),
    ];

    private const string Pods = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}";

    private static string CronJob(string schedule) => "CronJob, metadata: {name: nightly, namespace: shop}, spec: "
        + $"{{schedule: '{schedule}', jobTemplate: {{spec: {{{Pods}}}}}}}";

    private static LintFixture Own(string rule, string about, string manifest, string says, string version = "v1") =>
        new LintFixture(rule, about) { Where = Secret, Says = says }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - secret.yaml\n")
            .Add(Secret, $"{{apiVersion: {version}, kind: {manifest}}}\n");
}
