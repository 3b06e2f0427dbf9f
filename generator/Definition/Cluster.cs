using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>One cluster with every default filled in.</summary>
public sealed record Cluster
{
    private static readonly Words<NetworkPolicyFlavour> Policies = new(
        ("cilium", NetworkPolicyFlavour.Cilium), ("kubernetes", NetworkPolicyFlavour.Kubernetes), ("none", NetworkPolicyFlavour.None));

    public required DnsLabel Name { get; init; }

    public required DnsName Domain { get; init; }

    public required Cidr Pods { get; init; }

    public required Cidr Services { get; init; }

    /// <summary>Null where nobody said; then nothing is emitted that an old API server lacks.</summary>
    public SemVer? Kubernetes { get; init; }

    /// <summary>The addresses of the nodes: hostNetwork pods and the kubelet send from them. Null where they are not known.</summary>
    public Cidr? Nodes { get; init; }

    /// <summary>True where pods and services are not routed beyond the cluster.</summary>
    public bool Isolated { get; init; }

    public required DnsSettings Dns { get; init; }

    public required NetworkPolicyFlavour NetworkPolicy { get; init; }

    public required MonitoringSettings Monitoring { get; init; }

    /// <summary>Null where the cluster has none.</summary>
    public HealthControllerSettings? HealthController { get; init; }

    /// <summary>The name of the substrate whose names the cluster resolves; null for none.</summary>
    public DnsLabel? SubstrateName { get; init; }

    /// <summary>That substrate; null where the definition has none of the name, which is a finding.</summary>
    public SubstrateSettings? Substrate { get; init; }

    /// <summary>Flux Kustomizations that must be ready before CoreDNS is delivered, for example the CNI's.</summary>
    public ImmutableArray<DnsLabel> DependsOn { get; init; } = [];

    /// <summary>The same with the substrate that it names.</summary>
    internal Cluster With(IEnumerable<SubstrateSettings> substrates) =>
        this with { Substrate = substrates.FirstOrDefault(substrate => substrate.Name == SubstrateName) };

    /// <summary>What the applications have bound, by their names.</summary>
    public ImmutableDictionary<string, object> Applications { get; init; } = ImmutableDictionary<string, object>.Empty;

    /// <summary>The settings of an application; null where the cluster does not have it.</summary>
    public T? Of<T>()
        where T : class => Applications.Values.OfType<T>().FirstOrDefault();

    internal static Cluster Bind(Section section)
    {
        var name = section.Required("name", Forms.Label, "The cluster's name: a directory and Flux Kustomizations are named after it.",
            perCluster: true);
        var network = section.Mapping("network", "The address ranges.", Network.Bind, required: true);
        return new Cluster
        {
            Name = name,
            Pods = network.Pods,
            Services = network.Services,
            Nodes = network.Nodes,
            Isolated = network.Isolated,
            Domain = section.Text("domain", Forms.Name, "cluster.local", "The cluster's DNS domain."),
            Kubernetes = section.Optional("kubernetes", Forms.Version with { Example = "1.31.4" },
                "The cluster's Kubernetes version: from 1.30 on, admission policies are emitted.", absent: "the oldest that works"),
            Dns = section.Mapping("dns", "How CoreDNS runs.", dns => DnsSettings.Bind(dns, network.Services)),
            NetworkPolicy = section.Choice("networkPolicy", NetworkPolicyFlavour.Cilium, Policies,
                "Which network policies the cluster enforces."),
            Monitoring = section.Mapping("monitoring", "What scrapes CoreDNS and evaluates its alerts.", MonitoringSettings.Bind),
            HealthController = section.Mapping("healthController", "Whether failing endpoints are taken out of DNS.",
                HealthControllerSettings.Bind),
            SubstrateName = section.Optional("substrate", Forms.Label with { Example = "main" },
                "The name of the substrate whose zone CoreDNS forwards to the substrate's own servers (docs/substrate.md)."),
            Applications = AppList.All.Select(app => (app.Name, Bound: app.Bind(section))).Where(app => app.Bound is not null)
                .ToImmutableDictionary(app => app.Name, app => app.Bound!),
            DependsOn = section.List("dependsOn", Forms.Label with { Example = "cilium" }, (0, 50, DefinitionRules.DependsOnCount),
                "Flux Kustomizations in flux-system that must be ready before CoreDNS is delivered, for example the network's.") ?? [],
        };
    }

    private sealed record Network(Cidr Pods, Cidr Services, Cidr? Nodes, bool Isolated)
    {
        public static Network Bind(Section section) => new(
            section.Required("pods", Forms.Range, "The range of the pods.", perCluster: true),
            section.Required("services", Forms.Range with { Example = "10.245.0.0/16" }, "The range of the services.", perCluster: true),
            section.Optional("nodes", Forms.Range with { Example = "192.168.10.0/24" },
                "The range of the nodes. A plain NetworkPolicy cannot select nodes: with networkPolicy kubernetes, pods on the host " +
                    "network reach DNS only if this is set.",
                perCluster: true),
            section.Switch("isolated", false,
                "True where the pod and service ranges are not routed beyond the cluster, so that other clusters may use them too."));
    }
}

/// <summary>Which network policies the cluster enforces.</summary>
public enum NetworkPolicyFlavour
{
    None,

    /// <summary>networking.k8s.io NetworkPolicy.</summary>
    Kubernetes,

    /// <summary>cilium.io CiliumNetworkPolicy.</summary>
    Cilium,
}

/// <summary>Which operator turns ServiceMonitor and PrometheusRule into scrapes and alerts.</summary>
public enum MonitoringFlavour
{
    None,
    PrometheusOperator,
    VictoriaMetrics,
}

/// <summary>What scrapes CoreDNS and evaluates its alerts.</summary>
public sealed record MonitoringSettings
{
    private static readonly Words<MonitoringFlavour> Flavours = new(
        ("victoria-metrics", MonitoringFlavour.VictoriaMetrics), ("prometheus-operator", MonitoringFlavour.PrometheusOperator),
            ("none", MonitoringFlavour.None));

    private static readonly Words<bool> Crds = new(("managed", true), ("existing", false));

    public required MonitoringFlavour Flavour { get; init; }

    /// <summary>Where the scraper runs: the only namespace that may reach the metrics port.</summary>
    public required DnsLabel Namespace { get; init; }

    /// <summary>The <c>release</c> label by which a Prometheus selects its ServiceMonitors and rules.</summary>
    public required DnsLabel Release { get; init; }

    /// <summary>True where this tree brings the monitoring.coreos.com definitions.</summary>
    public required bool ManageCrds { get; init; }

    internal static MonitoringSettings Bind(Section section) => new()
    {
        Flavour = section.Choice("flavour", MonitoringFlavour.VictoriaMetrics, Flavours,
            "Which operator reads ServiceMonitor and PrometheusRule."),
        Namespace = section.Text("namespace", Forms.Label with { Example = "observability" }, "observability",
            "Where the scraper runs: the only namespace that may reach the metrics port."),
        Release = section.Text("release", Forms.Label with { Example = "prometheus" }, "kube-prometheus-stack",
            "The release label by which a Prometheus selects its ServiceMonitors and rules."),
        ManageCrds = section.Choice("crds", true, Crds,
            "Whether this tree brings the monitoring.coreos.com definitions or the cluster has them."),
    };
}
