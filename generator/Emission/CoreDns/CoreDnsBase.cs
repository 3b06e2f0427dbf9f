using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary><c>kubernetes/bases/coredns</c>: the chart's source and the release, the same for every cluster.</summary>
internal static class CoreDnsBase
{
    public static IEnumerable<GeneratedFile> Files(Platform platform) =>
    [
        Layout.File($"{Layout.CoreDnsBase}/kustomization.yaml", Resources.Kustomization(["helmrelease.yaml"])),
        Layout.File(
            $"{Layout.CoreDnsBase}/helmrelease.yaml",
            ChartSourceFile.Source(platform, platform.CoreDns, CoreDnsNames.Release, CoreDnsNames.Namespace),
            Release(platform)),
    ];

    private static Mapping Release(Platform platform) => Resources.Object(
        FluxApi.HelmRelease,
        "HelmRelease",
        Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace, annotations: new Mapping
        {
            // A slip in the tree must not take DNS away: Flux leaves the release alone when its file is gone.
            { "kustomize.toolkit.fluxcd.io/prune", "disabled" },
        }),
        new Mapping(
        [
            new Entry("interval", "1h"),
            ChartSourceFile.Reference(platform.CoreDns, CoreDnsNames.Release),
            new Entry("releaseName", CoreDnsNames.Release),
            new Entry("timeout", "5m"),
            new Entry("maxHistory", 5),
            new Entry("install", new Mapping([new Entry("crds", "Create"), FluxApi.InstallRetry(platform.Flux.Version)])),
            new Entry("upgrade", new Mapping
            {
                { "crds", "CreateReplace" },
                { "cleanupOnFail", true },
                { "remediation", new Mapping { { "retries", 3 }, { "strategy", "rollback" }, { "remediateLastFailure", true } } },
            }),
            new Entry("driftDetection", new Mapping { { "mode", "enabled" } }),
            new Entry("values", CoreDnsValues.All()),
        ]));
}
