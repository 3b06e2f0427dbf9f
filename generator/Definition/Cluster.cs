using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Definition;

/// <summary>One cluster, with all defaults filled in.</summary>
public sealed record Cluster
{
    private static readonly Words<NetworkPolicyFlavour> Policies = new(
        ("cilium", NetworkPolicyFlavour.Cilium), ("kubernetes", NetworkPolicyFlavour.Kubernetes), ("none", NetworkPolicyFlavour.None));

    /// <summary>The words in the definition; they are kube-proxy's own.</summary>
    public static Words<KubeProxyMode> KubeProxyModes { get; } = new(
        ("iptables", KubeProxyMode.Iptables), ("nftables", KubeProxyMode.Nftables), ("ipvs", KubeProxyMode.Ipvs),
        ("none", KubeProxyMode.None));

    public required DnsLabel Name { get; init; }

    /// <summary>The group whose keys it takes; null for none.</summary>
    public DnsLabel? Group { get; init; }

    public required DomainName Domain { get; init; }

    public required Cidr Pods { get; init; }

    public required Cidr Services { get; init; }

    /// <summary>Null if unknown: then the tree has nothing that old API servers lack.</summary>
    public SemVer? Kubernetes { get; init; }

    /// <summary>The addresses of the nodes, from which hostNetwork pods and the kubelet send. Null if unknown.</summary>
    public Cidr? Nodes { get; init; }

    /// <summary>True if pods and services are not routed beyond the cluster.</summary>
    public bool Isolated { get; init; }

    public required DnsSettings Dns { get; init; }

    public required NetworkPolicyFlavour NetworkPolicy { get; init; }

    public required MonitoringSettings Monitoring { get; init; }

    /// <summary>The second address family; null if the cluster has one.</summary>
    public SecondRanges? Second { get; init; }

    /// <summary>Its address ranges of both families.</summary>
    public ImmutableArray<ClusterRange> Ranges => ClusterRange.Of(this);

    public KubeProxyMode KubeProxy { get; init; }

    /// <summary>Null if the cluster has none.</summary>
    public HealthControllerSettings? HealthController { get; init; }

    /// <summary>The name of the substrate (DNS on hosts) that the cluster forwards to; null for none.</summary>
    public DnsLabel? SubstrateName { get; init; }

    /// <summary>That substrate; null if the definition does not have it, which is a finding.</summary>
    public SubstrateSettings? Substrate { get; init; }

    /// <summary>Null if the cluster has none.</summary>
    public ClusterPins Pins { get; init; } = ClusterPins.None;

    public FluxAccess Flux { get; init; } = FluxAccess.Full;

    public WorkloadSettings Workloads { get; init; } = WorkloadSettings.Default;

    public Adjustments Adjustments { get; init; } = Adjustments.None;

    /// <summary>True if the user keeps a folder of manifests for it, <see cref="Apps.Overlays.OverlaysApp"/>.</summary>
    public bool HasOverlay { get; init; }

    /// <summary>Where Flux reports what it did.</summary>
    public ImmutableArray<NotificationSettings> Notifications { get; init; } = [];

    /// <summary>Flux Kustomizations that must be ready before CoreDNS is delivered, for example the CNI's.</summary>
    public ImmutableArray<DnsLabel> DependsOn { get; init; } = [];

    /// <summary>A copy with the substrate that it names.</summary>
    internal Cluster With(IEnumerable<SubstrateSettings> substrates) =>
        this with { Substrate = substrates.FirstOrDefault(substrate => substrate.Name == SubstrateName) };

    /// <summary>The settings that applications have bound, by the applications' names.</summary>
    public ImmutableDictionary<string, object> Applications { get; init; } = ImmutableDictionary<string, object>.Empty;

    /// <summary>The settings of an application; null if the cluster does not have it.</summary>
    public T? Of<T>()
        where T : class => Applications.Values.OfType<T>().FirstOrDefault();

    /// <summary>The ranges of both families with one of these uses.</summary>
    public IEnumerable<Cidr> RangesFor(params IEnumerable<RangeUse> uses) =>
        uses.SelectMany(use => Ranges.Where(range => range.Use == use)).Select(range => range.Addresses);

    /// <param name="section">One entry of the clusters, or their defaults.</param>
    /// <param name="platform">The settings of all clusters.</param>
    internal static Cluster Bind(Section section, Platform platform)
    {
        var name = section.Required("name", Forms.ClusterName,
            "The cluster's name: a directory and Flux Kustomizations are named after it.",
            perCluster: true);
        var group = section.Optional(Section.GroupKey, Forms.Label with { Example = "canary" },
            "The group whose keys it takes before those of defaults.", perCluster: true);
        var network = section.Mapping("network", "The address ranges.", Network.Bind, required: true);
        var (fluxVersion, flux) = section.Mapping("flux", "How Flux acts in the cluster.", BindFlux);
        return new Cluster
        {
            Name = name,
            Group = group,
            Pods = network.Pods,
            Services = network.Services,
            Nodes = network.Nodes,
            Isolated = network.Isolated,
            Second = network.Second,
            Kubernetes = section.Optional("kubernetes", Forms.KubernetesVersion,
                "The version of Kubernetes, 1.27 or later: from 1.30 on, admission policies are emitted.",
                absent: "the oldest that works"),
            KubeProxy = section.Choice("kubeProxy", KubeProxyMode.Iptables, KubeProxyModes,
                "How the addresses of Services are served: the mode of kube-proxy, or none where the network plugin does it."),
            Domain = section.Text("domain", Forms.Name, "cluster.local", "The cluster's DNS domain."),
            Dns = section.Mapping("dns", "How CoreDNS runs.", dns => DnsSettings.Bind(dns, network.Services)),
            NetworkPolicy = section.Choice("networkPolicy", NetworkPolicyFlavour.Cilium, Policies,
                "Which network policies the cluster enforces."),
            Monitoring = section.Mapping("monitoring", "What scrapes CoreDNS and evaluates its alerts.", MonitoringSettings.Bind),
            HealthController = section.Mapping("healthController", "Whether failing endpoints are removed from DNS.",
                HealthControllerSettings.Bind),
            SubstrateName = section.Optional("substrate", Forms.Label with { Example = "main" },
                $"The name of the substrate whose zone CoreDNS forwards to the substrate's own servers ({Docs.Page("substrate.md")})."),
            Applications = AppList.All.Select(app => (app.Name, Bound: app.Bind(section))).Where(app => app.Bound is not null)
                .ToImmutableDictionary(app => app.Name, app => app.Bound!),
            Pins = BindPins(section, platform, fluxVersion),
            Flux = flux,
            Workloads = WorkloadSettings.Bind(section),
            Adjustments = Adjustments.Bind(section),
            Notifications = section.MappingList(
                "notifications", "Where Flux reports what it did or could not do.", 20, NotificationSettings.Bind),
            DependsOn = section.List("dependsOn", Forms.Label with { Example = "cilium" }, (0, 50, DefinitionRules.DependsOnCount),
                "Flux Kustomizations in flux-system that must be ready before CoreDNS is delivered, for example the network's.") ?? [],
        };
    }

    private static (SemVer? Version, FluxAccess Access) BindFlux(Section section) => (
        section.Optional("version", Forms.Version with { Example = "2.9.4" }, "The Flux in this cluster.", absent: "the platform's"),
        new FluxAccess
        {
            DecryptionSecret = section.Mapping("decryption", "Whether secrets of the tree are encrypted with SOPS.", sops =>
                sops.Optional("secretName", Forms.Name with { Example = "sops-age" }, "The Secret in flux-system with the keys of SOPS.")),
            ServiceAccount = section.Optional("serviceAccountName", Forms.Label with { Example = "platform" },
                "The ServiceAccount that Flux acts as, instead of with its own rights; the tree brings it."),
        });

    private static ClusterPins BindPins(Section section, Platform platform, SemVer? flux)
    {
        var charts = section.Mapping("charts", "Versions of charts that differ from the platform's.", charts => platform.Charts.Keys
            .Order(StringComparer.Ordinal).Select(key => (Key: key, Version: charts.Mapping(key, "The chart in this cluster.", chart =>
                chart.Optional("version", Forms.Version, "The chart's version in this cluster.", absent: "the platform's"))))
            .Where(pin => pin.Version is not null && pin.Version != platform.Charts[pin.Key].Version)
            .ToImmutableDictionary(pin => pin.Key, pin => pin.Version!));
        var (branch, tag) = section.Mapping("repository", "What Flux follows in this cluster.", repository => (
            repository.Optional("branch", Forms.Ref, "The Git branch to follow.", absent: "the platform's"),
            repository.Optional("tag", Forms.Ref with { Example = "v1.0.0" }, "The Git or OCI tag to follow.", absent: "the platform's")));
        return new ClusterPins
        {
            Charts = charts,
            Flux = flux == platform.Flux.Version ? null : flux,
            Reference = branch is null && tag is null ? null : (branch, tag),
        };
    }

    private sealed record Network(Cidr Pods, Cidr Services, Cidr? Nodes, bool Isolated, SecondRanges? Second)
    {
        public static Network Bind(Section section) => new(
            section.Required("pods", Forms.Range, "The range of the pods.", perCluster: true),
            section.Required("services", Forms.Range with { Example = "10.245.0.0/16" }, "The range of the services.", perCluster: true),
            section.Optional("nodes", Forms.Range with { Example = "192.168.10.0/24" },
                "The range of the nodes. A plain NetworkPolicy cannot select nodes: with networkPolicy kubernetes, pods on the host " +
                    "network that ask the cluster's DNS, and programs of the nodes, reach only the DNS pods of their own node without it.",
                perCluster: true),
            section.Switch("isolated", false,
                "True where the pod and service ranges are not routed beyond the cluster, so that other clusters may use them too."),
            section.OptionalMapping("second", "The other address family of a dual-stack cluster.", SecondRanges.Bind));
    }
}

/// <summary>The kind of network policy that the cluster enforces.</summary>
public enum NetworkPolicyFlavour
{
    None,

    /// <summary>networking.k8s.io NetworkPolicy.</summary>
    Kubernetes,

    /// <summary>cilium.io CiliumNetworkPolicy.</summary>
    Cilium,
}

/// <summary>The operator that reads ServiceMonitors and PrometheusRules.</summary>
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

    /// <summary>The namespace of the scraper, the only one that may reach the metrics port.</summary>
    public required DnsLabel Namespace { get; init; }

    /// <summary>The <c>release</c> label by which a Prometheus selects its ServiceMonitors and rules.</summary>
    public required DnsLabel Release { get; init; }

    /// <summary>True if this tree brings the CRDs of monitoring.coreos.com.</summary>
    public required bool ManageCrds { get; init; }

    /// <summary>True if the tree brings the Grafana dashboard.</summary>
    public bool Dashboard { get; init; }

    /// <summary>The alerts on objectives of DNS; null for none.</summary>
    public BurnRateSettings? BurnRate { get; init; }

    internal static MonitoringSettings Bind(Section section) => new()
    {
        Flavour = section.Choice("flavour", MonitoringFlavour.VictoriaMetrics, Flavours,
            "Which operator reads ServiceMonitor and PrometheusRule."),
        Namespace = section.Text("namespace", Forms.Substituted with { Example = "observability" }, "observability",
            "Where the scraper runs: the only namespace that may reach the metrics port."),
        Release = section.Text("release", Forms.Substituted with { Example = "prometheus" }, "kube-prometheus-stack",
            "The release label by which a Prometheus selects its ServiceMonitors and rules."),
        ManageCrds = section.Choice("crds", true, Crds,
            "Whether this tree brings the monitoring.coreos.com definitions or the cluster has them."),
        Dashboard = section.Switch("dashboard", false, "Whether the tree brings the Grafana dashboard, in 'namespace'."),
        BurnRate = section.Mapping("burnRate", "Alerts on the objectives of DNS.", BurnRateSettings.Bind),
    };
}

/// <summary>The mode of kube-proxy.</summary>
public enum KubeProxyMode
{
    Iptables,
    Nftables,
    Ipvs,

    /// <summary>No kube-proxy: the network plugin serves the addresses of Services.</summary>
    None,
}

/// <summary>The versions that one cluster pins, so that a change reaches it before or after the others.</summary>
public sealed record ClusterPins
{
    public static readonly ClusterPins None = new();

    /// <summary>Chart versions that differ from the platform's, by the charts' keys.</summary>
    public ImmutableDictionary<string, SemVer> Charts { get; init; } = ImmutableDictionary<string, SemVer>.Empty;

    /// <summary>Null for the platform's.</summary>
    public SemVer? Flux { get; init; }

    /// <summary>Null for the platform's branch or tag.</summary>
    public (string? Branch, string? Tag)? Reference { get; init; }

    /// <summary>The suffix of a chart's shared folder if the cluster pins another version than the platform.</summary>
    public string FolderEnding(string chart) =>
        (Charts.TryGetValue(chart, out var version) ? $"-{version}" : "") + (Flux is null ? "" : $"-flux-{Flux}");
}

/// <summary>Flux's rights and keys in one cluster.</summary>
public sealed record FluxAccess
{
    public static readonly FluxAccess Full = new();

    /// <summary>The Secret in flux-system with the SOPS keys; null if nothing is encrypted.</summary>
    public DomainName? DecryptionSecret { get; init; }

    /// <summary>The ServiceAccount that Flux acts as; null for Flux's own rights.</summary>
    public DnsLabel? ServiceAccount { get; init; }
}
