namespace PlatformGitOps.Generator.Tests.Lint;

internal static class ReleaseFixtures
{
    private const string Scaler = "kubernetes/components/coredns/autoscaling-horizontal/kustomization.yaml";
    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Source = "kubernetes/infrastructure/networking/coredns/source.yaml";
    private const string Chart = "  chart:\n    spec:\n      chart: coredns\n"
        + "      # renovate: datasource=helm depName=coredns registryUrl=https://coredns.github.io/helm\n      version: 1.38.0\n"
        + "      sourceRef:\n        kind: HelmRepository\n        name: coredns\n      interval: 12h\n";

    public static IEnumerable<LintFixture> All =>
    [
        new LintFixture("chart-value-unknown", "a key of other charts") { Says = "does not read 'serviceMonitor'" }
            .AddValue("    serviceMonitor:\n      enabled: true\n"),
        new LintFixture("chart-value-unknown", "a typing error") { Says = "does not read 'replicaCout'" }
            .AddValue("    replicaCout: 3\n"),
        new LintFixture("chart-value-unknown", "a probe's path, which is fixed") { Says = "does not read 'livenessProbe.httpGet'" }
            .Value("    livenessProbe:\n", "    livenessProbe:\n      httpGet:\n        path: /health\n"),
        new LintFixture("chart-value-unknown", "a plugin's option beside its block") { Says = "servers[0].plugins[0].options" }
            .Value("          - name: errors\n", "          - name: errors\n            options: x\n"),
        new LintFixture("chart-value-type", "a number in quotes") { Says = "'terminationGracePeriodSeconds' is a text" }
            .Value("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: \"30\""),
        new LintFixture("chart-value-type", "a list where a text belongs") { Says = "'priorityClassName' is a list" }
            .Value("priorityClassName: system-cluster-critical", "priorityClassName: [system-cluster-critical]"),
        new LintFixture("pdb-enabled-key", "the key that the story had") { Also = ["pdb-overlap"] }
            .AddValue("    podDisruptionBudget:\n      enabled: true\n      minAvailable: 1\n"),
        new LintFixture("monitor-without-metrics-service", "the metrics Service is off")
            .Value("      service:\n        enabled: true", "      service:\n        enabled: false"),
        new LintFixture("service-account-missing", "the chart's default").Value("      create: true", "      create: false"),
        new LintFixture("app-label", "the label of the chart") { Also = ["pdb-selector", "policy-selector", "spread-selector"] }
            .Value("    k8sAppLabelOverride: kube-dns\n", ""),
        new LintFixture("not-a-cluster-service", "switched off") { Also = ["pdb-selector", "policy-selector", "spread-selector"] }
            .AddValue("    isClusterService: false\n"),
        new LintFixture("two-scalers", "a second one") { Scaled = true }.AddValue(
            "    autoscaler:\n      enabled: true\n") with { Where = Scaler },
        new LintFixture("drift-fights-scaler", "drift detection of the replicas") { Scaled = true }.Edit(Scaler, "/spec/replicas",
            "/spec/paused"),
        new LintFixture("scaler-without-request", "no request to compare with") { Scaled = true,
            Where = LintFixture.Release }.Edit(Settings, "COREDNS_CPU_REQUEST: 100m", "COREDNS_CPU_REQUEST: \"null\""),
        new LintFixture("image-out-of-step", "a CoreDNS that is not known") { Says = "made for CoreDNS 1.11.4, but the image is 1.99.0" }
            .AddValue("    image:\n      tag: 1.99.0\n"),
        new LintFixture("image-out-of-step", "another CoreDNS by digest")
            .AddValue("    image:\n      tag: 1.11.3@sha256:0000000000000000000000000000000000000000000000000000000000000000\n"),
        new LintFixture("image-out-of-step", "half a digest") { Says = "'@sha256:aaaa', which is not a digest" }
            .AddValue("    image:\n      tag: 1.11.4@sha256:aaaa\n"),
        new LintFixture("corefile-unknown-option", "an option that an older CoreDNS does not know")
            { Says = "Plugin cache does not accept 'servfail'", Also = ["image-out-of-step"] }
            .AddValue("    image:\n      tag: 1.9.3\n"),
        new LintFixture("chart-unpinned", "a range") { Says = "coredns: the chart's version '1.38.x' is not a single one" }
            .Value("version: 1.38.0", "version: 1.38.x"),
        Oci("a range in a source of its own", "{semver: 1.38.x}") with
            { Says = "coredns: the chart's version '1.38.x' is not a single one" },
        Oci("no version in a source of its own", "{}") with { Says = "coredns: the chart has no version, so" },
        new LintFixture("tcp-lost", "a later chart without the switch").Value("version: 1.38.0", "version: 1.42.4")
            .Value("            use_tcp: true\n", ""),
        new LintFixture("tcp-lost", "a chart that ignores the switch").Value("version: 1.38.0", "version: 1.42.1"),
        new LintFixture("chart-data-missing", "a chart that is not known").Value("version: 1.38.0", "version: 1.999.0"),
        new LintFixture("pull-secret-object", "a pull secret").AddValue("    image:\n      pullSecrets:\n        - name: registry\n"),
        new LintFixture("secret-mode", "a secret without a mode")
            .AddValue("    extraSecrets:\n      - name: tls\n        mountPath: /tls\n"),
        new LintFixture("corefile-unknown-plugin", "a directive that was made up") { Says = "no plugin 'health_check'" }
            .Value("          - name: loop\n", "          - name: loop\n          - name: health_check\n"),
        new LintFixture("corefile-unknown-option", "an option of another plugin") { Says = "Plugin health does not accept 'path'" }
            .Value("lameduck 15s", "path /health"),
        new LintFixture("corefile-duplicate", "health twice")
            .Value("          - name: ready\n", "          - name: ready\n          - name: health\n"),
        new LintFixture("corefile-refused", "a name as upstream") { Says = "'dns.google' is not an IP address" }
            .Value(". ${COREDNS_UPSTREAMS}", ". dns.google ${COREDNS_UPSTREAMS}"),
        new LintFixture("corefile-refused", "a port that does not exist") { Says = "the port 99999" }
            .Value("      - zones:\n", "      - zones:\n          - zone: example.org\n        port: 99999\n      - zones:\n"),
        new LintFixture("corefile-refused", "a second server for the root") { Says = "two servers listen on dns://.:53" }
            .Value("      - zones:\n", "      - zones:\n          - zone: .\n        port: 53\n      - zones:\n"),
        new LintFixture("corefile-zone-port", "two zones on another port") { Says = "the others listen on port 53" }
            .Value("      - zones:\n",
                "      - zones:\n          - zone: a.example\n          - zone: b.example\n        port: 5353\n      - zones:\n"),
        new LintFixture("corefile-loop", "its own Service's address") { Says = "the address of its own Service",
            Where = LintFixture.Release }
            .Edit(Settings, "COREDNS_UPSTREAMS: 1.1.1.1 1.0.0.1", "COREDNS_UPSTREAMS: 1.1.1.1 10.245.0.10"),
        new LintFixture("corefile-loop", "the pod's loopback") { Says = "CoreDNS itself inside of the pod" }
            .Value(". ${COREDNS_UPSTREAMS}", ". 127.0.0.1:53 ${COREDNS_UPSTREAMS}"),
        new LintFixture("probe-port", "health on another port") { Says = "always uses port 8080" }
            .Value("          - name: health\n", "          - name: health\n            parameters: :8081\n"),
        new LintFixture("probe-port", "no ready plugin") { Says = "never become ready" }.Value("          - name: ready\n", ""),
        new LintFixture("metrics-port", "another port").Value("parameters: :9153", "parameters: :9253"),
        new LintFixture("metrics-port", "no parameter").Value("            parameters: :9153\n", ""),
        new LintFixture("grace-below-lameduck", "killed too early") { Says = "after 15 s" }
            .Value("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 15"),
    ];

    /// <summary>The chart as a folder of a source of its own, of which these are the fields.</summary>
    internal static LintFixture FolderOf(string kind, string spec, string name = "charts", string @namespace = "kube-system") =>
        new LintFixture("chart-unpinned", "a folder").Value(Chart, "  chart: {spec: {chart: ./charts/coredns, sourceRef: {kind: "
            + $"{kind}, name: {name}, namespace: {@namespace}}}}}}}\n")
        .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - source.yaml\n")
        .Add(Source, $"{{apiVersion: source.toolkit.fluxcd.io/v1, kind: {kind}, metadata: {{name: charts, namespace: kube-system}}, "
            + $"spec: {{interval: 1h, {spec}}}}}\n");

    /// <summary>The chart by an OCIRepository, of which this is spec.ref.</summary>
    internal static LintFixture Oci(string about, string reference) => new LintFixture("chart-unpinned", about) { Where = Source }
        .Value(Chart, "  chartRef: {kind: OCIRepository, name: pinned}\n")
        .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - source.yaml\n")
        .Add(Source, "{apiVersion: source.toolkit.fluxcd.io/v1beta2, kind: OCIRepository, metadata: {name: pinned, "
            + $"namespace: kube-system}}, spec: {{interval: 12h, url: \"oci://registry.example.com/charts/coredns\", "
            + $"ref: {reference}}}}}\n");
}

/// <summary>A chart that cannot change without a commit needs no version.</summary>
public sealed class PinnedChartTests
{
    [TestCase("{digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}")]
    [TestCase("{tag: 1.38.0}")]
    public void A_digest_or_a_tag_pins_the_chart(string reference) =>
        ReleaseFixtures.Oci("", reference).Check().Select(finding => finding.Rule).ShouldBeEmpty();

    [TestCase("{branch: main}", "of which Flux follows branch main, so it can change without a commit here.")]
    [TestCase("{}", "branch master")]
    [TestCase("{tag: v1, semver: 1.x}", "the newest tag of '1.x'")]
    [TestCase("{name: refs/heads/main, tag: v1}", "'refs/heads/main'")]
    [TestCase("{branch: main, commit: 0123456789abcdef0123456789abcdef01234567}", null)]
    [TestCase("{tag: v1.38.0}", null)]
    [TestCase("{name: refs/tags/v1.38.0}", null)]
    public void A_folder_of_another_repository_is_pinned_by_a_commit_or_a_tag(string reference, string? says)
    {
        var finding = ReleaseFixtures.FolderOf("GitRepository", $"url: \"https://git.example.com/charts.git\", ref: {reference}").Check()
            .SingleOrDefault(finding => finding.Rule == "chart-unpinned");
        (finding is null).ShouldBe(says is null, finding?.Message);
        (finding?.Message ?? "").ShouldContain(says ?? "");
        (finding?.File ?? "source.yaml").ShouldEndWith("source.yaml");
    }

    [Test]
    public void A_folder_of_the_tree_s_own_source_changes_by_commits_alone() =>
        ReleaseFixtures.FolderOf("GitRepository", "url: \"https://git.example.com/charts.git\"", "platform", "flux-system").Check()
            .ShouldNotContain(finding => finding.Rule == "chart-unpinned");

    /// <summary>A second source of one repository, with an interval or files of its own.</summary>
    [TestCase("https://github.com/example/platform-gitops", "{branch: main}", true)]
    [TestCase("https://github.com/example/platform-gitops.git/", "{branch: main}", true)]
    [TestCase("ssh://git@github.com/example/platform-gitops.git", "{branch: main}", true)]
    [TestCase("https://github.com/example/platform-gitops.git", "{branch: charts}", false)]
    [TestCase("https://github.com/example/platform-gitops-charts.git", "{branch: main}", false)]
    public void So_does_a_folder_of_the_same_branch_by_another_source(string url, string reference, bool isPinned) =>
        ReleaseFixtures.FolderOf("GitRepository", $"url: \"{url}\", ref: {reference}").Check()
            .Any(finding => finding.Rule == "chart-unpinned").ShouldBe(!isPinned);

    [Test]
    public void A_Bucket_pins_nothing() => ReleaseFixtures.FolderOf("Bucket", "endpoint: s3.example.com, bucketName: charts").Check()
        .Single(finding => finding.Rule == "chart-unpinned").Message
        .ShouldBe("The chart of HelmRelease kube-system/coredns is a folder of s3.example.com, so it can change without a commit here.");
}
