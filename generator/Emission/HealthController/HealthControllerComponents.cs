using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.CoreDns;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.HealthController;

/// <summary><c>kubernetes/components/dns-health-controller</c>: what differs between clusters. Only those that a cluster uses are written.</summary>
internal static class HealthControllerComponents
{
    public static IEnumerable<GeneratedFile> Files(Platform platform) =>
        platform.Clusters.SelectMany(Of).Distinct().Order(StringComparer.Ordinal).SelectMany(Files);

    public static IEnumerable<string> Folders(Cluster cluster) => Of(cluster).Select(name => $"{Layout.HealthControllerComponents}/{name}");

    private static IEnumerable<string> Of(Cluster cluster)
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
        var folder = $"{Layout.HealthControllerComponents}/{component}";
        return component switch
        {
            "policy-cilium" => WithResource(folder, "ciliumnetworkpolicy.yaml", ControllerPolicies.Cilium()),
            "policy-kubernetes" => WithResource(folder, "networkpolicy.yaml", ControllerPolicies.Kubernetes()),
            "policy-kubernetes-nodes" => WithResource(folder, "networkpolicy.yaml", ControllerPolicies.KubernetesNodes()),
            _ => [Layout.File($"{folder}/kustomization.yaml", Resources.Component([], Sequence.Of(Delete("PrometheusRule"), Delete("ServiceMonitor"))))],
        };
    }

    private static IEnumerable<GeneratedFile> WithResource(string folder, string name, Mapping resource) =>
    [
        Layout.File($"{folder}/kustomization.yaml", Resources.Component([name])),
        Layout.File($"{folder}/{name}", resource),
    ];

    private static Node Delete(string kind) => ReleasePatches.Patch(new Mapping
    {
        { "$patch", "delete" },
        { "apiVersion", "monitoring.coreos.com/v1" },
        { "kind", kind },
        { "metadata", Resources.Metadata(ControllerNames.Name, ControllerNames.Namespace) },
    });
}
