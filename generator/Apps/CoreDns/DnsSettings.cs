using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The DNS settings of one cluster.</summary>
public sealed record DnsSettings
{
    /// <summary>kubeadm and other installers give the cluster's DNS the tenth address of the service range.</summary>
    public const int DnsOffset = 10;

    private static readonly Words<LogClass> Logs = new(("error", LogClass.Error), ("denial", LogClass.Denial), ("all", LogClass.All));

    public const string SingleStack = "SingleStack";
    public const string PreferDualStack = "PreferDualStack";

    private static readonly Words<string?> FamilyPolicies = new(("auto", null), (SingleStack, SingleStack),
        (PreferDualStack, PreferDualStack), ("RequireDualStack", "RequireDualStack"));

    /// <summary>Seconds; longer TTLs would delay the removal of endpoints by the health controller.</summary>
    public const int ShortTtl = 5;

    /// <summary>The defaults, which the shared release uses.</summary>
    internal static readonly DnsSettings Default = Bind(new SectionRecorder(), Cidr.Parse("10.96.0.0/12"));

    public required IPAddress ClusterIP { get; init; }

    /// <summary>The Service's address of the second family; null if the API server assigns it.</summary>
    public IPAddress? SecondClusterIP { get; init; }

    /// <summary>The Service's ipFamilyPolicy; null if the ranges decide.</summary>
    public string? FamilyPolicy { get; init; }

    public required int Replicas { get; init; }

    /// <summary>The minimum of the PodDisruptionBudget, always below the replicas.</summary>
    public int MinAvailable => WrittenMinAvailable ?? Math.Min(Profile.MinAvailable, Replicas - 1);

    /// <summary>Null if the definition does not set it.</summary>
    internal int? WrittenMinAvailable { get; init; }

    /// <summary>True if the budget is a percentage, because an autoscaler sets the number of pods.</summary>
    public bool BudgetFollows => WrittenMinAvailable is null && Autoscaling is not Autoscaling.Off;

    /// <summary>The servers for all names outside of the cluster, in order.</summary>
    public required ImmutableArray<Upstream> Upstreams { get; init; }

    /// <summary>How <see cref="Upstreams"/> are used, with the servers themselves.</summary>
    public required Forwarding Forwarding { get; init; }

    public required ImmutableArray<StubDomain> StubDomains { get; init; }

    public required CacheSettings Cache { get; init; }

    /// <summary>The TTL of cluster names in seconds; null for the profile's.</summary>
    public int? Ttl { get; init; }

    /// <summary>True if CoreDNS follows a pod's search path, so that the pod sends one query.</summary>
    public required bool Autopath { get; init; }

    public required ImmutableArray<HostEntry> Hosts { get; init; }

    public required ImmutableArray<NameRewrite> Rewrites { get; init; }

    public required ImmutableArray<ZoneFile> ZoneFiles { get; init; }

    public required ImmutableArray<ServerBlock> ExtraServers { get; init; }

    /// <summary>The ports other than 53 that are open on the Service and in the policies.</summary>
    public ImmutableArray<int> ExposedPorts =>
        [.. ExtraServers.Where(server => server.Expose).Select(server => server.Port).Distinct()];

    internal DnsProfile Profile { get; init; } = DnsProfile.Story;

    public required ResourceSettings Resources { get; init; }

    /// <summary>The expected size of the cluster; null if unknown.</summary>
    public ClusterSize? Sizing { get; init; }

    public required Autoscaling Autoscaling { get; init; }

    /// <summary>The class of responses that the log plugin writes.</summary>
    public required LogClass Log { get; init; }

    /// <summary>The log plugin's word for the class.</summary>
    public string LogWord => Logs.Of(Log);

    /// <summary>The TTL of cluster names in seconds.</summary>
    internal int TtlWith(HealthControllerSettings? controller) => Ttl ?? (controller is null ? Profile.Ttl : ShortTtl);

    internal static DnsSettings Bind(Section section, Cidr services)
    {
        var profile = section.Choice("profile", DnsProfile.Story, DnsProfile.Words,
            $"The defaults of the keys below: the story's, or those of a larger platform ({Docs.Page("corefile.md")}).");
        var upstreams = section.List("upstreams", Forms.Server, (1, 15, DefinitionRules.UpstreamsCount),
            "Up to 15 servers for all other names, with a port if it is not 53, or with tls:// in front.",
            absent: "Cloudflare's 1.1.1.1 and 1.0.0.1, or their IPv6 addresses; the profile's")
            ?? (services.Family == AddressFamily.InterNetworkV6 ? profile.UpstreamsSix : profile.UpstreamsFour);
        return new()
        {
            Profile = profile,
            // A service range without a tenth address has a finding of NetworkRules.
            ClusterIP = section.Optional("clusterIP", Forms.Address, "The address of the kube-dns Service.",
                absent: "the tenth address of the services", perCluster: true)
                ?? services.AddressAt(DnsOffset) ?? services.First,
            SecondClusterIP = section.Optional("secondClusterIP", Forms.Address with { Example = "fd00:10:245::a" },
                "The address of the kube-dns Service in the second family.", absent: "the API server's choice", perCluster: true),
            FamilyPolicy = section.Choice("ipFamilyPolicy", null, FamilyPolicies,
                "The families of the kube-dns Service; auto is PreferDualStack with network.second and the cluster's own without."),
            Replicas = section.Number("replicas", profile.Replicas, 2, 1000, "How many CoreDNS pods run; with an autoscaler, the fewest.",
                below: new Fault(DefinitionRules.Replicas,
                    "leaves no pod while one is evicted: the disruption budget keeps at least one", "Write 2 or more.")),
            WrittenMinAvailable = section.OptionalNumber("minAvailable", 1, 999,
                "How many pods an eviction must leave; below replicas, or no node can be drained.",
                absent: "1, with the profile platform 2; with an autoscaler three quarters of the pods"),
            Upstreams = upstreams,
            Forwarding = Forwarding.Bind(section, upstreams),
            StubDomains =
            [
                .. section.Keyed("stubDomains", "Zones whose names are forwarded to servers of their own.",
                    ("zone", ServerBlock.ZoneForm with { Example = "corp.example.com" }),
                    (zones, zone) => zones.Mapping(zone, "The servers of the zone.", stub => Forwarding.Bind(stub,
                        stub.List("servers", Forms.Server, (1, 15, DefinitionRules.UpstreamsCount),
                            "Up to 15 servers of the zone, written as those of upstreams.", required: true) ?? []), whole: true))
                    .Select(pair => new StubDomain(pair.Key, pair.Value)),
            ],
            Cache = section.Mapping("cache", "What is kept of answers.", CacheSettings.Bind),
            Ttl = section.OptionalNumber("ttl", 0, 3600,
                "Seconds that clients may keep a cluster name; with the health controller up to 5.",
                absent: "5; with the profile platform and no health controller 30"),
            Autopath = section.Switch("autopath", false,
                "Whether CoreDNS follows a pod's search path for it. It then watches every pod, which takes memory."),
            Hosts =
            [
                .. section.Keyed("hosts", "Names with fixed addresses.", ("name", Forms.Name with { Example = "registry.example.com" }),
                    (names, name) => names.List(name, Forms.Address, (1, 15, DefinitionRules.ItemCount), "The addresses of the name.")
                        ?? []).Select(pair => new HostEntry(pair.Key, pair.Value)),
            ],
            Rewrites = section.MappingList("rewrite", "Names that are answered with those of another, the first that matches.", 100,
                NameRewrite.Bind),
            ZoneFiles =
            [
                .. section.Keyed("zoneFiles", "Zones that CoreDNS serves itself.",
                    ("zone", Forms.Name with { Example = "example.internal" }),
                    (zones, zone) => zones.Required(zone, Forms.Zone, "The zone's records, in the format of RFC 1035."))
                    .Select(pair => new ZoneFile(pair.Key, pair.Value)),
            ],
            ExtraServers = section.MappingList("extraServers", "Further server blocks of the Corefile.", 20, ServerBlock.Bind),
            Resources = section.Mapping("resources", "Requests and limits of a CoreDNS pod.", resources =>
                ResourceSettings.Bind(resources, profile.Resources)),
            Sizing = section.OptionalMapping("sizing",
                $"How large the cluster becomes: whether the memory limit is enough for it is then checked ({Docs.Page("corefile.md")}).",
                ClusterSize.Bind),
            Autoscaling = section.Mapping("autoscaling", "What decides the number of replicas.", Autoscaling.Bind, whole: true),
            Log = section.Choice("log", LogClass.Error, Logs, "Which answers are logged: server failures, those and denials, or all."),
        };
    }
}

/// <summary>Which responses the CoreDNS log plugin writes (its <c>class</c>).</summary>
public enum LogClass
{
    Error,
    Denial,
    All,
}

/// <summary>Resource requests and limits of a container.</summary>
public sealed record ResourceSettings
{
    public required Quantity CpuRequest { get; init; }

    public required Quantity MemoryRequest { get; init; }

    /// <summary>Null for no limit: a limit throttles DNS (see docs/corefile.md).</summary>
    public Quantity? CpuLimit { get; init; }

    public required Quantity MemoryLimit { get; init; }

    public static readonly ResourceSettings OfCoreDns = new()
    {
        CpuRequest = Quantity.Parse("100m"),
        CpuLimit = Quantity.Parse("200m"),
        MemoryRequest = Quantity.Parse("128Mi"),
        MemoryLimit = Quantity.Parse("256Mi"),
    };

    /// <summary>The <c>resources</c> of a container.</summary>
    internal Mapping ToNode() => new()
    {
        { "requests", new Mapping { { "cpu", CpuRequest.Text }, { "memory", MemoryRequest.Text } } },
        { "limits", new Mapping { { "cpu", CpuLimit?.Text }, { "memory", MemoryLimit.Text } } },
    };

    internal static ResourceSettings Bind(Section section, ResourceSettings standard)
    {
        var (cpuRequest, memoryRequest) = section.Mapping("requests", "What the scheduler reserves.", requests => (
            requests.Text("cpu", Forms.Amount with { Example = "100m" }, standard.CpuRequest.Text, "CPU that is reserved for a pod."),
            requests.Text("memory", Forms.Amount, standard.MemoryRequest.Text, "Memory that is reserved for a pod.")));
        var (cpuLimit, memoryLimit) = section.Mapping("limits", "What a pod may use at most.", limits => (
            limits.Text("cpu", Forms.AmountOrNone, standard.CpuLimit?.Text ?? "none", "CPU at which a pod is throttled, or none."),
            limits.Text("memory", Forms.Amount, standard.MemoryLimit.Text, "Memory at which a pod is killed.")));
        return new ResourceSettings
        {
            CpuRequest = cpuRequest,
            MemoryRequest = memoryRequest,
            CpuLimit = cpuLimit,
            MemoryLimit = memoryLimit
        };
    }
}

/// <summary>How the number of replicas is set.</summary>
public abstract record Autoscaling
{
    private static readonly Words<string> Kinds = new(("none", "none"), ("hpa", "hpa"), ("proportional", "proportional"));

    private Autoscaling()
    {
    }

    /// <summary>Fixed replicas from the definition; drift detection restores them.</summary>
    public sealed record Off : Autoscaling;

    /// <summary>A HorizontalPodAutoscaler on CPU and memory utilization.</summary>
    public sealed record Horizontal(int MaxReplicas, int CpuPercent, int MemoryPercent = 80) : Autoscaling;

    /// <summary>The cluster-proportional-autoscaler, linear in cores and nodes.</summary>
    public sealed record Proportional(int CoresPerReplica, int NodesPerReplica, int MaxReplicas) : Autoscaling;

    internal static Autoscaling Bind(Section section)
    {
        var kind = section.Choice("kind", "none", Kinds,
            "What decides the number of replicas: the definition, a HorizontalPodAutoscaler, or the cluster-proportional-autoscaler.");
        var most = section.Number("maxReplicas", 10, 2, 1000, "The most replicas; hpa and proportional.");
        var cpu = section.Number("cpuPercent", 70, 1, 100, "The CPU use, in per cent of the request, that hpa aims at.");
        var memory = section.Number("memoryPercent", 80, 1, 100, "The memory use, in per cent of the request, that hpa aims at.");
        var cores = section.Number("coresPerReplica", 256, 1, 100_000, "Cores of the cluster for each replica; proportional.");
        var nodes = section.Number("nodesPerReplica", 16, 1, 100_000, "Nodes of the cluster for each replica; proportional.");
        return kind switch
        {
            "hpa" => new Horizontal(most, cpu, memory),
            "proportional" => new Proportional(cores, nodes, most),
            _ => new Off(),
        };
    }
}
