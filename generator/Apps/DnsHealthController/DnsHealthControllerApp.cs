using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The DNS health controller: the same for every cluster that has switched it on, but for its components. See
/// docs/health-controller.md.</summary>
internal sealed class DnsHealthControllerApp : App
{
    public const string Folder = "kubernetes/bases/dns-health-controller";

    public const string ComponentsFolder = "kubernetes/components/dns-health-controller";

    public override string Name => ControllerNames.Name;

    /// <summary>After CoreDNS, and through it after the definitions of the monitors; nothing waits for it.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override IEnumerable<GeneratedFile> Files(Platform platform) => BaseFiles(platform).Concat(ComponentFiles(platform));

    public override FluxKustomization? Layer(Cluster cluster) => cluster.HealthController is null ? null : new FluxKustomization
    {
        Name = NameIn(cluster),
        Path = Folder,
        Components = [.. ComponentFolders(cluster)],
    };

    public override Mapping Settings(Cluster cluster) => new() { { ControllerNames.ImageVariable, cluster.HealthController?.Image } };

    public override void Check(Cluster cluster, SectionReader at)
    {
        // No image is published under a name that could be a default: users build it into their own registry.
        if (cluster.HealthController is { Image: "" })
        {
            at.Report(DefinitionRules.HealthControllerImage, "healthController.enabled",
                "The health controller is enabled, but no image is set.",
                "Write 'image:' beside it, with registry, repository and tag.",
                "healthController.image");
        }

        // Inherited by a cluster without a controller it has no effect; written there it is a mistake.
        if (cluster.HealthController is null && at.Owns("healthController.coreDns") && at.Written("healthController.coreDns") == "true")
        {
            at.Report(DefinitionRules.HealthControllerOff, "healthController.coreDns",
                "CoreDNS's pods are put under the health controller, but the cluster has none.",
                "Write 'enabled: true' and 'image:' beside it, or delete it.");
        }
    }

    private static IEnumerable<GeneratedFile> BaseFiles(Platform platform) =>
        platform.Clusters.All(cluster => cluster.HealthController is null)
        ? []
        :
        [
            BaseFile("configmap", ControllerConfig.ConfigMap()),
            BaseFile("deployment", ControllerDeployment.Deployment()),
            BaseFile("kustomization", Resources.Kustomization(
                ["configmap.yaml", "deployment.yaml", "poddisruptionbudget.yaml", "prometheusrule.yaml", "rbac.yaml", "service.yaml",
                    "servicemonitor.yaml"])),
            BaseFile("poddisruptionbudget", ControllerDeployment.DisruptionBudget()),
            BaseFile("prometheusrule", ControllerAlerts.Rule(platform.Repository)),
            BaseFile("rbac", [.. ControllerAccess.Objects()]),
            BaseFile("service", ControllerMonitoring.Service()),
            BaseFile("servicemonitor", ControllerMonitoring.ServiceMonitor()),
        ];

    private static GeneratedFile BaseFile(string name, params IReadOnlyList<Node> documents) =>
        Layout.File($"{Folder}/{name}.yaml", documents);

    private static IEnumerable<GeneratedFile> ComponentFiles(Platform platform) =>
        platform.Clusters.SelectMany(Components).Distinct().Order(StringComparer.Ordinal).SelectMany(Files);

    private static IEnumerable<string> ComponentFolders(Cluster cluster) => Components(cluster)
        .Select(name => $"{ComponentsFolder}/{name}");

    private static IEnumerable<string> Components(Cluster cluster)
    {
        if (cluster.HealthController is null)
        {
            yield break;
        }

        switch (cluster.NetworkPolicy)
        {
            case NetworkPolicyFlavour.Cilium:
                yield return "policy-cilium";
                break;
            case NetworkPolicyFlavour.Kubernetes:
                yield return "policy-kubernetes";
                if (cluster.Nodes is not null)
                {
                    yield return "policy-kubernetes-nodes";
                }

                break;
        }

        if (cluster.Monitoring.Flavour == MonitoringFlavour.None)
        {
            yield return "without-monitoring";
        }
    }

    private static IEnumerable<GeneratedFile> Files(string component)
    {
        var folder = $"{ComponentsFolder}/{component}";
        return component switch
        {
            "policy-cilium" => WithResource(folder, "ciliumnetworkpolicy.yaml", ControllerPolicies.Cilium()),
            "policy-kubernetes" => WithResource(folder, "networkpolicy.yaml", ControllerPolicies.Kubernetes()),
            "policy-kubernetes-nodes" => WithResource(folder, "networkpolicy.yaml", ControllerPolicies.KubernetesNodes()),
            _ => [Layout.File($"{folder}/kustomization.yaml",
                Resources.Component([], Sequence.Of(Delete("PrometheusRule"), Delete("ServiceMonitor"))))],
        };
    }

    private static IEnumerable<GeneratedFile> WithResource(string folder, string name, Mapping resource) =>
    [
        Layout.File($"{folder}/kustomization.yaml", Resources.Component([name])),
        Layout.File($"{folder}/{name}", resource),
    ];

    private static Node Delete(string kind) => Resources.Patch(new Mapping
    {
        { "$patch", "delete" },
        { "apiVersion", "monitoring.coreos.com/v1" },
        { "kind", kind },
        { "metadata", Resources.Metadata(ControllerNames.Name, ControllerNames.Namespace) },
    });
}
