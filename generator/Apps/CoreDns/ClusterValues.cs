using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Values of the release that one cluster has to itself, as a patch in its Flux Kustomization.</summary>
internal static class ClusterValues
{
    public const string Image = "coredns/coredns";
    public const string AutoscalerImage = "registry.k8s.io/cpa/cluster-proportional-autoscaler";

    /// <summary>Values that a key of the definition decides, or that alerts, policies, budget, spread or clients hold on to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Protected = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["autoscaler.enabled"] = "Write dns.autoscaling.",
        ["deployment"] = "The rollout, the budget and the alerts hold on to the Deployment coredns.",
        ["fullnameOverride"] = "Alerts and monitors hold on to the name coredns.",
        ["hpa"] = "Write dns.autoscaling.",
        ["isClusterService"] = "Without it the pods lose the labels that budget, spread and policies select.",
        ["k8sAppLabelOverride"] = "Budget, spread and policies select the pods by this label.",
        ["livenessProbe.enabled"] = "The kubelet would keep a dead pod.",
        ["nameOverride"] = "Alerts and monitors hold on to the name coredns.",
        ["podDisruptionBudget"] = "The tree has a budget, and no pod that two budgets select can be evicted. Write dns.minAvailable.",
        ["podSecurityContext"] = "The pods must stay without root and with filtered system calls.",
        ["prometheus"] = "Write monitoring.",
        ["rbac"] = "CoreDNS needs its own rights to list Services.",
        ["readinessProbe.enabled"] = "A pod would be sent queries before it can answer.",
        ["replicaCount"] = "Write dns.replicas.",
        ["resources"] = "Write dns.resources.",
        ["rollingUpdate"] = "A new pod answers before an old one goes: more would lose queries.",
        ["securityContext"] = "The container must stay without more rights than the binary needs.",
        ["servers"] = "Write dns.stubDomains, dns.rewrite, dns.extraServers and the other keys of dns.",
        ["service"] = "Write dns.clusterIP and dns.ipFamilyPolicy; clients hold on to the name kube-dns.",
        ["serviceAccount"] = "The pods have a ServiceAccount of their own.",
        ["serviceType"] = "The cluster's DNS is not for clients outside of it.",
        ["terminationGracePeriodSeconds"] = "It goes with health's lameduck.",
        ["tolerations"] = "Write tolerations of the cluster; they are added to the tree's own.",
        ["topologySpreadConstraints"] = "The pods must stay on different nodes.",
        ["zoneFiles"] = "Write dns.zoneFiles.",
    };

    public static IEnumerable<Node> Patches(Cluster cluster)
    {
        var values = Of(cluster);
        if (!values.Entries.IsEmpty)
        {
            yield return Resources.Patch(CoreDnsComponents.Values(values));
        }

        if (IngressPolicies.OpenPorts(cluster) is { } opened)
        {
            yield return opened;
        }

        if (cluster is { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: not null, Second.Nodes: { } nodes })
        {
            yield return IngressPolicies.SecondNodes(nodes);
        }
    }

    private static Mapping Of(Cluster cluster)
    {
        var (shared, own) = (Corefile.Servers(cluster.HealthController is null, cluster.Substrate), Corefile.Servers(cluster));
        var workloads = cluster.Workloads;
        return new Mapping
        {
            { "image", workloads.ImageRegistry is null ? null : new Mapping { { "repository", workloads.ImageAt(Image) } } },
            { "autoscaler", cluster.Dns.Autoscaling is Autoscaling.Proportional ? Autoscaler(workloads) : null },
            { "nodeSelector", CommonPatches.Pairs(workloads.NodeSelector) },
            { "tolerations", workloads.Tolerations.IsEmpty ? null
                : CoreDnsFiles.Tolerations(workloads.Tolerations.Select(toleration => toleration.ToNode())) },
            { "customLabels", CommonPatches.Pairs(workloads.Labels) },
            { "customAnnotations", CommonPatches.Pairs(workloads.Annotations) },
            { "service", Service(cluster) },
            // A list is replaced as a whole.
            { "servers", Text(own) == Text(shared) ? null : own },
            { "zoneFiles", Corefile.ZoneFiles(cluster.Dns) },
        };
    }

    /// <summary>The chart gives its own pod none of what CoreDNS's pods get; null for nothing.</summary>
    private static Mapping? Autoscaler(WorkloadSettings workloads)
    {
        var values = new Mapping
        {
            { "image", workloads.ImageRegistry is null ? null : new Mapping { { "repository", workloads.ImageAt(AutoscalerImage) } } },
            { "nodeSelector", CommonPatches.Pairs(workloads.NodeSelector) },
            { "tolerations", workloads.Tolerations.IsEmpty ? null
                : Sequence.Of(workloads.Tolerations.Select(toleration => toleration.ToNode())) },
        };
        return values.Entries.IsEmpty ? null : values;
    }

    private static Mapping? Service(Cluster cluster) => cluster.Dns.FamilyPolicy is null && cluster.Second is null ? null : new Mapping
    {
        { "ipFamilyPolicy", cluster.Dns.FamilyPolicy ?? DnsSettings.PreferDualStack },
        { "clusterIPs", cluster.Dns.SecondClusterIP is not { } second ? null
            : Sequence.Of(Scalar.Variable(CoreDnsVariables.ClusterIP), (Node)second.ToString()) },
    };

    private static string Text(Node node) => YamlWriter.WriteFragment(node);
}
