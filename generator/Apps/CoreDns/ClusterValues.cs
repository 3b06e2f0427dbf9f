namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Helm values of one cluster, as a patch in its Flux Kustomization.</summary>
internal static class ClusterValues
{
    public const string Image = "coredns/coredns";
    public const string AutoscalerImage = "registry.k8s.io/cpa/cluster-proportional-autoscaler";

    /// <summary>
    /// Values that a key of the definition sets, or that alerts, policies, the PodDisruptionBudget, spread constraints or clients depend
    /// on.
    /// </summary>
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

        foreach (var opened in IngressPolicies.OpenPorts(cluster))
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
            // Helm replaces a list as a whole.
            { "servers", Text(own) == Text(shared) ? null : own },
            { "zoneFiles", Corefile.ZoneFiles(cluster.Dns) },
        };
    }

    /// <summary>The chart does not give the autoscaler's pod any of CoreDNS's pod settings; null if none is set.</summary>
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

/// <summary>The expected maximum of pods and Services in a cluster.</summary>
public sealed record ClusterSize(int Pods, int Services)
{
    private const decimal Megabyte = 1_000_000;

    // The default cache capacity, which the formula includes, and the memory of an entry.
    private const decimal UsualCapacity = 9984;
    private const decimal UsualCache = 30;

    internal static ClusterSize Bind(Section section) => new(
        section.Number("maxPods", 0, 0, 1_000_000, "The most pods that the cluster will have."),
        section.Number("maxServices", 0, 0, 1_000_000, "The most Services that the cluster will have."));

    /// <summary>
    /// The memory of one CoreDNS pod in bytes by CoreDNS's guide (coredns/deployment, kubernetes/Scaling_CoreDNS.md), which includes 30 MB
    /// for a full cache of the default capacity; other capacities are proportional. The guide is of CoreDNS 1.2: the factors are what
    /// 1.11.4 needed in addition (docs/corefile.md).
    /// </summary>
    internal decimal Needs(DnsSettings dns)
    {
        var (each, fixedPart, measured) = dns.Autopath ? (250m, 56m, 3.1m) : (1000m, 54m, 1.25m);
        var guide = ((Pods + (decimal)Services) / each) + fixedPart + (UsualCache * ((dns.Cache.Capacity / UsualCapacity) - 1));
        return Megabyte * measured * guide;
    }
}

/// <summary>The environment of CoreDNS's container: the tree's own variables, then those of a cluster's values.</summary>
internal static class ContainerVariables
{
    private const string Key = "env";

    private const string Name = "name";

    private const string MaxProcs = "GOMAXPROCS";

    /// <summary>
    /// GOMAXPROCS equals the CPU limit. By default Go starts a thread for each core of the node: together they use up a smaller limit early
    /// in each period, and the kernel throttles the process (docs/corefile.md). CoreDNS 1.12.0 and later read their limit.
    /// </summary>
    public static Mapping Threads() => new()
    {
        { Name, MaxProcs },
        { "valueFrom", new Mapping { { "resourceFieldRef", new Mapping { { "resource", "limits.cpu" }, { "divisor", "1" } } } } },
    };

    /// <summary>A cluster's values, with the tree's variables before its own, which override them.</summary>
    public static Mapping Completed(Mapping values) => values[Key] is not Sequence own
        || own.Items.OfType<Mapping>().Any(variable => variable.TextAt(Name) == MaxProcs) ? values
        : values.Set(Key, Sequence.Of([Threads(), .. own.Items]));

    /// <summary>Checks that the tree's variables can be added to the values.</summary>
    public static void Check(Mapping values, SectionReader at)
    {
        switch (values[Key])
        {
            case Scalar { IsNull: true } nothing:
                at.Report(DefinitionRules.ValueType, nothing.Position, $"The value '{Key}' of coredns is empty.",
                    $"Delete it; an entry with the name {MaxProcs} takes the place of the tree's.");
                break;
            case Sequence own:
                foreach (var (entry, index) in own.Items.Select((entry, index) => (entry, index))
                    .Where(pair => pair.entry is not (Unread or Mapping) || (pair.entry is Mapping variable && !IsNamed(variable))))
                {
                    at.Report(DefinitionRules.ValueType, entry.Position, $"The value '{Key}[{index}]' of coredns has no text as its name.",
                        "Write '- name: NAME' with a value.");
                }

                break;
        }
    }

    private static bool IsNamed(Mapping variable) => variable[Name] is Scalar { Value.Length: > 0, IsString: true };
}
