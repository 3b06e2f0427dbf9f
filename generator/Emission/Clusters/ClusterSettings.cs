using System.Globalization;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.CoreDns;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.Clusters;

/// <summary>
/// The values that differ between clusters. The order is part of the contract: the address stands in line 30 and the replicas
/// in line 31, where runbooks point to; what only some clusters have comes after them.
/// </summary>
internal static class ClusterSettings
{
    public static Mapping Of(Cluster cluster) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", Resources.Metadata(Layout.ClusterSettings, Layout.FluxNamespace, labels: new Mapping { { "app.kubernetes.io/part-of", "platform-gitops" } }) },
        { "data", Data(cluster) },
    };

    private static Mapping Data(Cluster cluster)
    {
        var dns = cluster.Dns;
        var data = new Mapping
        {
            { Variables.ClusterName, cluster.Name.Text, "The cluster's name, a label of its alerts." },
            { Variables.ClusterDomain, cluster.Domain.Text, "The zone of the cluster's own names." },
            { Variables.MonitoringNamespace, cluster.Monitoring.Namespace.Text, "The namespace that may scrape the metrics." },
            { Variables.MonitoringRelease, cluster.Monitoring.Release.Text, "The release label that a Prometheus selects monitors and rules by." },
            { Variables.Upstreams, string.Join(' ', dns.Upstreams), "Where every other name is asked." },
            { Variables.LogClass, dns.LogWord, "Which answers are logged: error, denial or all." },
            { Variables.CpuRequest, dns.Resources.CpuRequest.Text, "One CoreDNS container; null is no limit." },
            { Variables.CpuLimit, dns.Resources.CpuLimit?.Text ?? "null" },
            { Variables.MemoryRequest, dns.Resources.MemoryRequest.Text },
            { Variables.MemoryLimit, dns.Resources.MemoryLimit.Text },
            { Variables.MinAvailable, Number(dns.MinAvailable), "How many replicas an eviction must leave." },
            { Variables.ClusterIP, dns.ClusterIP.ToString(), $"Services have {cluster.Services}, pods {cluster.Pods}." },
            { Variables.Replicas, Number(dns.Replicas) },
        };
        foreach (var (key, value) in Optional(cluster))
        {
            data.Add(key, value);
        }

        return data;
    }

    private static IEnumerable<(string Key, string Value)> Optional(Cluster cluster)
    {
        if (cluster is { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: { } nodes })
        {
            yield return (Variables.NodeCidr, nodes.ToString());
        }

        if (cluster.HealthController is { } healthController)
        {
            yield return (Variables.HealthControllerImage, healthController.Image);
        }

        switch (cluster.Dns.Autoscaling)
        {
            case Autoscaling.Horizontal horizontal:
                yield return (Variables.MaxReplicas, Number(horizontal.MaxReplicas));
                yield return (Variables.TargetCpuPercent, Number(horizontal.CpuPercent));
                break;
            case Autoscaling.Proportional proportional:
                yield return (Variables.MaxReplicas, Number(proportional.MaxReplicas));
                yield return (Variables.CoresPerReplica, Number(proportional.CoresPerReplica));
                yield return (Variables.NodesPerReplica, Number(proportional.NodesPerReplica));
                break;
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
