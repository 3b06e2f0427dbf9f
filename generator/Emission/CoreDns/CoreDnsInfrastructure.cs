using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary><c>kubernetes/infrastructure/networking/coredns</c>: what a cluster applies, the release and what its chart cannot make.</summary>
internal static class CoreDnsInfrastructure
{
    public static IEnumerable<GeneratedFile> Files(Platform platform) =>
    [
        Layout.File(
            $"{Layout.CoreDnsInfrastructure}/kustomization.yaml",
            Resources.Kustomization(["../../../bases/coredns", "poddisruptionbudget.yaml", "prometheusrule.yaml"])),
        Layout.File($"{Layout.CoreDnsInfrastructure}/poddisruptionbudget.yaml", DisruptionBudget()),
        Layout.File($"{Layout.CoreDnsInfrastructure}/prometheusrule.yaml", Alerts.Rule(platform.Repository)),
    ];

    private static Mapping DisruptionBudget() => Resources.Object(
        "policy/v1",
        "PodDisruptionBudget",
        Resources.Metadata(CoreDnsNames.DisruptionBudget, CoreDnsNames.Namespace),
        new Mapping
        {
            { "minAvailable", Scalar.Variable(Variables.MinAvailable) },
            // A pod that is not ready protects nobody and would hold a drain up for ever (KEP-3017).
            { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
            { "selector", new Mapping { { "matchLabels", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } } } },
        });
}
