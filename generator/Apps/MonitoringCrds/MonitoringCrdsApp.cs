namespace PlatformGitOps.Generator.Apps.MonitoringCrds;

/// <summary>
/// <c>kubernetes/infrastructure/crds</c>: the CRDs of monitoring.coreos.com, in a Flux Kustomization before everything that needs them.
/// </summary>
internal sealed class MonitoringCrdsApp : App
{
    public const string LayerName = "crds";

    public const string ChartKey = "monitoringCrds";

    private const string Folder = $"{Layout.Infrastructure}/crds";

    private const string Release = "monitoring-crds";

    private const string ChartName = "prometheus-operator-crds";

    public override string Name => LayerName;

    public override AppChart? Chart { get; } = new(
        ChartKey, "The chart with the monitoring.coreos.com definitions (ServiceMonitor, PrometheusRule).", new ChartPublisher
        {
            Version = new SemVer(30, 0, 1),
            HttpUrl = "https://prometheus-community.github.io/helm-charts",
            OciUrl = "oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds",
            Source = ChartSource.Oci,
        });

    /// <summary>All templates are in a subchart named crds: Helm passes it this part of the values, and global.</summary>
    public override Shape ValuesAt(SemVer version) => ValueShapes.Of(("crds", new FreeShape(ValueShapes.Anything)),
        ("global", ValueShapes.Anything));

    public override IReadOnlyDictionary<string, string> ProtectedValues { get; } = new Dictionary<string, string>
    {
        ["crds.prometheusrules"] = "The alerts of the tree are a PrometheusRule.",
        ["crds.servicemonitors"] = "CoreDNS is scraped through a ServiceMonitor.",
    };

    public override IEnumerable<(string Chart, string Group)> CrdCharts =>
    [
        (ChartName, "monitoring.coreos.com"), ("kube-prometheus-stack", "monitoring.coreos.com"),
            ("prometheus-operator", "monitoring.coreos.com"),
    ];

    public override FluxKustomization? Layer(Cluster cluster) =>
        Needed(cluster)
            ? new FluxKustomization { Name = NameIn(cluster), Path = Folder + cluster.Pins.FolderEnding(ChartKey), Substitute = false }
            : null;

    private static bool Needed(Cluster cluster) => cluster.Monitoring is { Flavour: not MonitoringFlavour.None, ManageCrds: true };

    /// <summary>Once for each version that clusters pin.</summary>
    public override IEnumerable<GeneratedFile> Files(Platform platform) => platform.Clusters.Where(Needed)
        .DistinctBy(cluster => cluster.Pins.FolderEnding(ChartKey))
        .SelectMany(cluster => Files(platform.For(cluster), Folder + cluster.Pins.FolderEnding(ChartKey)));

    private static IEnumerable<GeneratedFile> Files(Platform platform, string folder) =>
    [
        Layout.File($"{folder}/kustomization.yaml", Resources.Kustomization(["monitoring.yaml"])),
        Layout.File(
            $"{folder}/monitoring.yaml",
            ChartSourceFile.Source(platform, platform.Charts[ChartKey], Release, Layout.FluxNamespace),
            HelmRelease(platform)),
    ];

    private static Mapping HelmRelease(Platform platform) => Resources.Object(
        FluxApi.HelmRelease,
        "HelmRelease",
        Resources.Metadata(Release, Layout.FluxNamespace, annotations: new Mapping { { "kustomize.toolkit.fluxcd.io/prune", "disabled" } }),
        new Mapping(
        [
            new Entry("interval", "12h"),
            ChartSourceFile.Reference(platform.Charts[ChartKey], Release, ChartName),
            new Entry("timeout", "5m"),
            new Entry("maxHistory", 3),
            new Entry("install", new Mapping([FluxApi.InstallRetry(platform.Flux.Version)])),
            new Entry("upgrade", new Mapping { { "remediation", new Mapping { { "retries", 3 } } } }),
            // The CRDs are among the chart's templates: without this, an uninstall would delete them with all custom resources.
            new Entry("values", new Mapping { { "crds",
                new Mapping { { "annotations", new Mapping { { "helm.sh/resource-policy", "keep" } } } } } }),
        ]));
}
