namespace PlatformGitOps.Generator.Tests.Lint;

internal static class VariableFixtures
{
    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";
    private const string Layer = "kubernetes/clusters/infra/coredns.yaml";
    private const string Alerts = "kubernetes/infrastructure/networking/coredns/prometheusrule.yaml";
    private const string Budget = "kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml";

    public static IEnumerable<LintFixture> All =>
    [
        new LintFixture("variable-undefined", "a typing error in a name") { Says = "${CLUSTER_NAM} is not set in cluster infra" }
            .Edit(Alerts, "${CLUSTER_NAME}", "${CLUSTER_NAM}"),
        new LintFixture("variable-undefined", "a setting that was deleted") { Where = LintFixture.Release,
            Says = "${COREDNS_REPLICAS} is not set in cluster infra: Flux replaces it with an empty text" }
            .Edit(Settings, "  COREDNS_REPLICAS: \"2\"\n", ""),
        new LintFixture("variable-undefined", "the same under strict substitution") { Strict = true, Where = LintFixture.Release,
            Says = "Flux 2.9.4 rejects all of cluster-infra-coredns" }
            .Edit(Settings, "  COREDNS_REPLICAS: \"2\"\n", ""),
        new LintFixture("variable-unescaped", "a shell variable in an annotation") { Says = "${HOSTNAME} inside of this text" }
            .Edit(Alerts, "summary: No CoreDNS is scraped.", "summary: No CoreDNS is scraped, see ${HOSTNAME} of the scraper."),
        new LintFixture("variable-unescaped", "a dashboard's data source") { Says = "${DS_PROMETHEUS}" }
            .Edit("kubernetes/infrastructure/networking/coredns/kustomization.yaml", "  - prometheusrule.yaml\n",
                "  - prometheusrule.yaml\n  - dashboard.yaml\n")
            .Add("kubernetes/infrastructure/networking/coredns/dashboard.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dashboard\n  namespace: kube-system\ndata:\n  dns.json: |\n    " +
                "{\"datasource\": \"${DS_PROMETHEUS}\"}\n") with { Where = "kubernetes/infrastructure/networking/coredns/dashboard.yaml" },
        new LintFixture("variable-unused", "a setting that nothing uses") { Says = "Nothing in cluster infra uses COREDNS_TTL" }
            .Edit(Settings, "data:\n", "data:\n  COREDNS_TTL: \"5\"\n"),
        new LintFixture("variable-without-substitution",
            "substituteFrom was deleted") { Says = "Flux Kustomization cluster-infra-coredns has no variables", Where =
            LintFixture.Release }
            .Edit(Layer, "  postBuild:\n    substituteFrom:\n      - kind: ConfigMap\n        name: cluster-settings\n", ""),
        new LintFixture("dollar-doubled", "a shell's process id") { Says = "replaces this $$ by $" }
            .Edit(Alerts, "summary: No CoreDNS is scraped.", "summary: No CoreDNS is scraped by $$."),
        new LintFixture("substitution-malformed", "an expression of GitHub Actions") { Says = "after ${ no name follows" }
            .Edit(Alerts, "summary: No CoreDNS is scraped.", "summary: No CoreDNS is scraped ${{ github.ref }}."),
        new LintFixture("substitution-malformed", "a default in the form that Flux lists but refuses") { Says = "no closing brace follows" }
            .Edit(Alerts, "${CLUSTER_NAME}", "${CLUSTER_NAME-infra}"),
        new LintFixture("substitution-breaks-yaml", "a value with a colon") { Where = Alerts }
            .Edit(Settings, "CLUSTER_NAME: infra", "CLUSTER_NAME: 'infra: 1: 2'"),
        new LintFixture("substitute-from-missing",
            "settings under another name") { Says = "ConfigMap flux-system/cluster-setings is not in", Also =
            ["variable-without-substitution"] }
            .Edit(Layer, "        name: cluster-settings", "        name: cluster-setings"),
        new LintFixture("variable-name", "a setting with a dash") { Says = "'COREDNS-TTL' is not a valid variable name",
            Also = ["variable-unused"] }
            .Edit(Settings, "data:\n", "data:\n  COREDNS-TTL: \"5\"\n"),
        new LintFixture("substituted-type", "replicas in words") { Says = "'replicaCount' becomes 'two' through ${COREDNS_REPLICAS}",
            Where = LintFixture.Release }
            .Edit(Settings, "COREDNS_REPLICAS: \"2\"", "COREDNS_REPLICAS: two"),
        new LintFixture("substituted-type", "an address that is none") { Says = "an IP address", Where = LintFixture.Release }
            .Edit(Settings, "COREDNS_CLUSTER_IP: 10.245.0.10", "COREDNS_CLUSTER_IP: 10.245.0.300"),
        new LintFixture("substituted-type", "a quantity with a wrong unit") { Says = "resources.limits.memory",
            Where = LintFixture.Release }
            .Edit(Settings, "COREDNS_MEMORY_LIMIT: 256Mi", "COREDNS_MEMORY_LIMIT: 256MB"),
        new LintFixture("substituted-type",
            "a label that becomes a number, quotes notwithstanding") { Says = "becomes '2024' through ${MONITORING_RELEASE}", Where =
            LintFixture.Release }
            .Edit(Settings, "MONITORING_RELEASE: monitoring", "MONITORING_RELEASE: \"2024\"")
                .Value("release: ${MONITORING_RELEASE}", "release: \"${MONITORING_RELEASE}\""),
        new LintFixture("substituted-type", "a budget in words") { Says = "spec.minAvailable", Where = Budget }
            .Edit(Settings, "COREDNS_MIN_AVAILABLE: \"1\"", "COREDNS_MIN_AVAILABLE: one"),
        new LintFixture("object-type", "a label that is a switch") { Says = "the boolean true" }
            .Edit(Budget, "  name: coredns-pdb\n", "  name: coredns-pdb\n  labels:\n    critical: true\n"),
    ];
}
