using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.HealthController;

/// <summary><c>kubernetes/bases/dns-health-controller</c>: the controller, the same for every cluster that has switched it on.</summary>
internal static class HealthControllerBase
{
    public static IEnumerable<GeneratedFile> Files(Platform platform) => platform.Clusters.All(cluster => cluster.HealthController is null)
        ? []
        :
        [
            File("configmap", ControllerConfig.ConfigMap()),
            File("deployment", ControllerDeployment.Deployment()),
            File("kustomization", Resources.Kustomization(
                ["configmap.yaml", "deployment.yaml", "poddisruptionbudget.yaml", "prometheusrule.yaml", "rbac.yaml", "service.yaml", "servicemonitor.yaml"])),
            File("poddisruptionbudget", ControllerDeployment.DisruptionBudget()),
            File("prometheusrule", ControllerAlerts.Rule(platform.Repository)),
            File("rbac", [.. ControllerAccess.Objects()]),
            File("service", ControllerMonitoring.Service()),
            File("servicemonitor", ControllerMonitoring.ServiceMonitor()),
        ];

    private static GeneratedFile File(string name, params IReadOnlyList<Node> documents) => Layout.File($"{Layout.HealthControllerBase}/{name}.yaml", documents);
}
