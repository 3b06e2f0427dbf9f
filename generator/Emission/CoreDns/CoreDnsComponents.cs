using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>
/// <c>kubernetes/components/coredns</c>: what differs between clusters in more than a value. Only those that a cluster uses are written.
/// </summary>
internal static class CoreDnsComponents
{
    public static IEnumerable<GeneratedFile> Files(Platform platform) =>
        platform.Clusters.SelectMany(Of).Distinct().Order(StringComparer.Ordinal).SelectMany(Files);

    /// <summary>The folders of the components of one cluster, in the order in which they apply.</summary>
    public static IEnumerable<string> Folders(Cluster cluster) => Of(cluster).Select(name => $"{Layout.CoreDnsComponents}/{name}");

    private static IEnumerable<string> Of(Cluster cluster)
    {
        switch (cluster.NetworkPolicy)
        {
            case NetworkPolicyFlavour.Cilium:
                yield return "ingress-cilium";
                break;
            case NetworkPolicyFlavour.Kubernetes:
                yield return "ingress-kubernetes";
                if (cluster.Nodes is not null)
                {
                    yield return "ingress-kubernetes-nodes";
                }

                break;
        }

        if (cluster.Monitoring.Flavour == MonitoringFlavour.None)
        {
            yield return "without-monitoring";
        }

        if (cluster.HealthController is not null)
        {
            yield return "cluster-names-uncached";
            yield return "serve-label";
        }

        if (cluster.HealthController?.CoreDns == true)
        {
            yield return "health-checked";
        }

        switch (cluster.Dns.Autoscaling)
        {
            case Autoscaling.Horizontal:
                yield return "autoscaling-horizontal";
                break;
            case Autoscaling.Proportional:
                yield return "autoscaling-proportional";
                break;
        }
    }

    private static IEnumerable<GeneratedFile> Files(string component)
    {
        var folder = $"{Layout.CoreDnsComponents}/{component}";
        return component switch
        {
            "ingress-cilium" => WithResource(folder, "ciliumnetworkpolicy.yaml", IngressPolicies.Cilium()),
            "ingress-kubernetes" => WithResource(folder, "networkpolicy.yaml", IngressPolicies.Kubernetes()),
            "ingress-kubernetes-nodes" => WithResource(folder, "networkpolicy.yaml", IngressPolicies.KubernetesNodes()),
            "without-monitoring" => WithPatches(folder, ReleasePatches.DeleteAlerts(), ReleasePatches.Values(ReleasePatches.WithoutServiceMonitor())),
            "cluster-names-uncached" => WithPatches(folder, ReleasePatches.Values(ReleasePatches.ClusterNamesUncached())),
            "serve-label" => WithPatches(folder, ReleasePatches.Values(HealthChecked.Label())),
            "health-checked" => WithPatches(folder, ReleasePatches.Values(HealthChecked.Service())),
            "autoscaling-horizontal" => WithPatches(folder, ReleasePatches.Scaled(ReleasePatches.Horizontal())),
            _ => WithPatches(folder, ReleasePatches.Scaled(ReleasePatches.Proportional())),
        };
    }

    private static IEnumerable<GeneratedFile> WithResource(string folder, string name, Mapping resource) =>
    [
        Layout.File($"{folder}/kustomization.yaml", Resources.Component([name])),
        Layout.File($"{folder}/{name}", resource),
    ];

    private static IEnumerable<GeneratedFile> WithPatches(string folder, params IEnumerable<Mapping> patches) =>
        [Layout.File($"{folder}/kustomization.yaml", Resources.Component([], Sequence.Of(patches.Select(ReleasePatches.Patch))))];
}
