using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.Crds;

/// <summary>
/// <c>kubernetes/infrastructure/crds</c>: the monitoring.coreos.com definitions, in a layer of their own before anything that needs them.
/// </summary>
internal static class MonitoringCrds
{
    public const string Release = "monitoring-crds";

    private const string Chart = "prometheus-operator-crds";

    public static bool Needed(Cluster cluster) => cluster.Monitoring is { Flavour: not MonitoringFlavour.None, ManageCrds: true };

    public static IEnumerable<GeneratedFile> Files(Platform platform) => !platform.Clusters.Any(Needed)
        ? []
        :
        [
            Layout.File($"{Layout.CrdsInfrastructure}/kustomization.yaml", Resources.Kustomization(["monitoring.yaml"])),
            Layout.File(
                $"{Layout.CrdsInfrastructure}/monitoring.yaml",
                ChartSourceFile.Source(platform, platform.MonitoringCrds, Release, Layout.FluxNamespace),
                HelmRelease(platform)),
        ];

    private static Mapping HelmRelease(Platform platform) => Resources.Object(
        FluxApi.HelmRelease,
        "HelmRelease",
        Resources.Metadata(Release, Layout.FluxNamespace, annotations: new Mapping { { "kustomize.toolkit.fluxcd.io/prune", "disabled" } }),
        new Mapping(
        [
            new Entry("interval", "12h"),
            ChartSourceFile.Reference(platform.MonitoringCrds, Release, Chart),
            new Entry("timeout", "5m"),
            new Entry("maxHistory", 3),
            new Entry("install", new Mapping([FluxApi.InstallRetry(platform.Flux.Version)])),
            new Entry("upgrade", new Mapping { { "remediation", new Mapping { { "retries", 3 } } } }),
            // The chart keeps its definitions among its templates: without this an uninstall would delete every custom resource with them.
            new Entry("values", new Mapping { { "crds", new Mapping { { "annotations", new Mapping { { "helm.sh/resource-policy", "keep" } } } } } }),
        ]));
}
