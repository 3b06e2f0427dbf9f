using PlatformGitOps.Acceptance.Drift;
using PlatformGitOps.Generator.Emission;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC6", "Chart and image are the versions of the definition, and nothing has drifted from them")]
[Check("AC6.1", "Version {chart} deployed", "coredns-{chart}",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.metadata.labels}")]
[Check("AC6.2", "Image and chart are in step", "coredns/coredns:{coreDns}, that of chart {chart} where the definition has no image.tag",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep 'image:.*coredns'")]
[Check("AC6.3", "Nothing has drifted from what is pinned and delivered", "no field of a delivered object differs",
    Command = "flux --context {context} diff kustomization cluster-{CLUSTER_NAME}-coredns --path " +
        "kubernetes/infrastructure/networking/coredns")]
[Check("AC6.4", "Kubernetes and kube-proxy are what the definition says", "{kubernetes}, kube-proxy in mode {kubeProxy}",
    Command = "kubectl --context {context} -n kube-system get configmap kube-proxy -o yaml | grep mode:")]
public static partial class AC6VersionAlignment
{
    private static readonly ResourceAddress KubeProxy = ResourceKind.ConfigMap.Named("kube-proxy", "kube-system");

    [StaticCheck("AC6.1", "the version that the release pins; a range would drift")]
    public static void Chart(RenderedCluster tree) =>
        ChartVersion(tree).ShouldBe(tree.Platform.Charts["coredns"].Version.ToString(), "the pinned chart is not the definition's");

    [StaticCheck("AC6.2", "the image of the release against the definition's image.tag, or the chart's appVersion where it has none")]
    public static void Image(RenderedCluster tree) => ChartOutput.Image(tree).ShouldBe(
        $"{tree.Definition.Workloads.ImageAt("coredns/coredns")}:{ChartOutput.CoreDns(tree.Platform, tree.Definition)}",
        "the image is another CoreDNS than the chart's or the definition's own");

    [StaticCheck("AC6.3",
        "the versions in docs/version-drift.md, where it lies beside the definition, against those that the tree pins (chart, " +
            "CoreDNS, monitoring definitions), and the files of the tree against what the definition generates")]
    public static void Drift(RenderedCluster tree)
    {
        if (tree.VersionDrift is { } report)
        {
            Reported(tree, report);
        }

        Tree.Build(tree.Defined.Platform).Where(file => Text(tree.Defined.Source.Read(file.Path)) != file.Text).Select(file => file.Path)
            .ShouldBeEmpty("files of the tree that differ from what the definition generates");
    }

    private static void Reported(RenderedCluster tree, string report)
    {
        var named = Pinned().Matches(report).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        named.GetValueOrDefault("chart coredns").ShouldBe(ChartVersion(tree), "the drift report is about another chart than the tree pins");
        $"{tree.Definition.Workloads.ImageAt("coredns/coredns")}:{named.GetValueOrDefault("CoreDNS")}".ShouldBe(
            ChartOutput.Image(tree), "the drift report is about another CoreDNS than the tree delivers");
        if (DefinitionsVersion(tree) is { } definitions)
        {
            named.GetValueOrDefault("chart prometheus-operator-crds").ShouldBe(
                definitions, "the drift report is about other monitoring definitions than the tree pins");
        }
    }

    [LiveCheck("AC6.1", "the chart label of the running Deployment")]
    public static async Task Chart(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var deployment = await cluster.Require(ResourceKind.Deployment.Named("coredns", "kube-system"), cancellationToken);
        // helm-controller adds the digest of a chart from an OCIRepository.
        deployment.Labels["helm.sh/chart"].Split('_')[0].ShouldBe($"coredns-{cluster.Tree.Platform.Charts["coredns"].Version}");
    }

    [LiveCheck("AC6.2", "the image that each pod's container runs, as the container runtime reports it")]
    public static async Task Image(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var version = ChartOutput.CoreDns(cluster.Tree.Platform, cluster.Tree.Definition).Split('@')[0];
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            pod.Parts("status.containerStatuses").Single(container => container.Text("name") == "coredns").Text("image").ShouldNotBeNull()
                .ShouldEndWith($"coredns/coredns:{version}", customMessage: pod.Name);
        }
    }

    [LiveCheck("AC6.3",
        "the release against Helm's record of it, and every object that was delivered, by Helm and beside it, against the one that " +
            "runs, field by field and both ways; the report of all objects is in the evidence")]
    public static async Task Drift(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var report = await DriftReport.Of(cluster.Tree, cluster.Api, cancellationToken);
        EvidenceLog.Attach("Drift report", report.ToString());
        report.Findings.ShouldBeEmpty("fields that differ from the tree");
    }

    [LiveCheck("AC6.4", "the server's version, and the mode in kube-proxy's configuration where kubeadm wrote it")]
    public static async Task Platform(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var definition = cluster.Tree.Definition;
        var server = await cluster.Api.Version(cancellationToken);
        EvidenceLog.Fact("Kubernetes", server);
        if (definition.Kubernetes is { } version)
        {
            server.ShouldStartWith($"v{version.Major}.{version.Minor}.", customMessage:
                "another Kubernetes than the definition says; rules and emitted objects follow the key kubernetes");
        }

        if (await cluster.Api.Get(KubeProxy, cancellationToken) is not { } proxy)
        {
            cluster.Needs(definition.Kubernetes is not null || definition.KubeProxy == KubeProxyMode.None,
                "the definition has no key kubernetes, and the cluster has no ConfigMap kube-proxy to be compared");
            return;
        }

        // An empty mode is kube-proxy's default.
        var mode = ProxyMode().Match(proxy.Map("data").GetValueOrDefault("config.conf") ?? "").Groups[1].Value;
        (mode.Length == 0 ? Cluster.KubeProxyModes.Of(KubeProxyMode.Iptables) : mode).ShouldBe(
            Cluster.KubeProxyModes.Of(definition.KubeProxy), "another mode than the key kubeProxy says");
    }

    private static string? ChartVersion(RenderedCluster tree) =>
        tree.Release.Text("spec.chart.spec.version")
        ?? tree.Delivered.FirstOrDefault(resource => resource.Kind == "OCIRepository")?.Text("spec.ref.tag");

    private static string? DefinitionsVersion(RenderedCluster tree) => tree.Definitions
        .Select(resource => resource.Text("spec.chart.spec.version") ?? resource.Text("spec.ref.tag"))
            .FirstOrDefault(version => version is not null);

    /// <summary>A checkout may have changed the line ends.</summary>
    private static string? Text(byte[]? file) => file is null ? null : Encoding.UTF8.GetString(file)
        .Replace("\r\n", "\n");

    /// <summary>A row of the report's table of pinned versions: name and version.</summary>
    [GeneratedRegex(@"^\| ([^|*]+) \| \*\*([0-9][^*|]*)\*\* \|", RegexOptions.Multiline)]
    private static partial Regex Pinned();

    [GeneratedRegex("""^mode: "?([a-z]*)"?$""", RegexOptions.Multiline)]
    private static partial Regex ProxyMode();

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("another chart", "AC6.1", "not the definition's",
            tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", "1.35.0")),
        new("a range of charts", "AC6.1", "not the definition's",
            tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", ">=1.38.0")),
        new("image out of step with the chart", "AC6.2", "another CoreDNS",
            tree => tree.Value("image", new JsonObject { ["tag"] = "1.12.0" })),
        new("drift report about the chart before", "AC6.3", "about another chart",
            tree => tree.VersionDrift = tree.VersionDrift!.Replace("| **1.38.0** |", "| **1.37.0** |")),
        new("drift report about another CoreDNS", "AC6.3", "about another CoreDNS",
            tree => tree.VersionDrift = tree.VersionDrift!.Replace("| **1.11.4** |", "| **1.12.0** |")),
        new("monitoring definitions changed alone", "AC6.3", "other monitoring definitions", tree => JsonPath.Set(
            tree.Definitions.Single(resource => resource.Kind == "OCIRepository").Document, "spec.ref.tag", "31.0.0")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("budget edited by hand", "AC6.3", ", running 0", Budget, """{"spec":{"minAvailable":0}}""", rolls: false),
        Corefile("a plugin added by hand", "AC6.3", "data.Corefile line",
            text => text.Replace("    errors", "    errors\n    any")),
        Patched("fewer revisions kept", "AC6.3", "spec.revisionHistoryLimit: delivered nothing, running 3", Deployment,
            """{"spec":{"revisionHistoryLimit":3}}""", rolls: false),
        Patched("label of another chart", "AC6.1", "coredns-1.35.0", Deployment,
            """{"metadata":{"labels":{"helm.sh/chart":"coredns-1.35.0"}}}""", rolls: false),
        LiveSabotage.Restoring(
            "kube-proxy in another mode", "AC6.4", "another mode",
            async (cluster, token) => (await cluster.Require(KubeProxy, token)).Map("data")["config.conf"],
            (cluster, before, token) => WriteKubeProxy(cluster, ProxyMode().Replace(before, "mode: ipvs"), token),
            WriteKubeProxy) with
        {
            IsDrift = false, // kubeadm's own ConfigMap, which kube-proxy reads when it starts
        },
    ];

    private static Task WriteKubeProxy(LiveCluster cluster, string configuration, CancellationToken cancellationToken) => cluster.Api.Patch(
        KubeProxy, new JsonObject { ["data"] = new JsonObject { ["config.conf"] = configuration } }, cancellationToken);
}
