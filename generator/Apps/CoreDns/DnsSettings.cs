using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>How CoreDNS runs in one cluster.</summary>
public sealed record DnsSettings
{
    /// <summary>Kubernetes installers, kubeadm among them, give the cluster's DNS the tenth address of the service range.</summary>
    public const int DnsOffset = 10;

    private static readonly Words<LogClass> Logs = new(("error", LogClass.Error), ("denial", LogClass.Denial), ("all", LogClass.All));

    private static readonly ImmutableArray<Upstream> CloudflareFour = [new(IPAddress.Parse("1.1.1.1")), new(IPAddress.Parse("1.0.0.1"))];
    private static readonly ImmutableArray<Upstream> CloudflareSix =
        [new(IPAddress.Parse("2606:4700:4700::1111")), new(IPAddress.Parse("2606:4700:4700::1001"))];

    public required IPAddress ClusterIP { get; init; }

    public required int Replicas { get; init; }

    /// <summary>The disruption budget's minimum, always below the replicas.</summary>
    public required int MinAvailable { get; init; }

    /// <summary>The servers for all names outside of the cluster, in order.</summary>
    public required ImmutableArray<Upstream> Upstreams { get; init; }

    public required ResourceSettings Resources { get; init; }

    public required Autoscaling Autoscaling { get; init; }

    /// <summary>What the log plugin writes.</summary>
    public required LogClass Log { get; init; }

    /// <summary>The log class as the plugin takes it.</summary>
    public string LogWord => Logs.Of(Log);

    internal static DnsSettings Bind(Section section, Cidr services) => new()
    {
        // A range without a tenth address has a finding: see NetworkRules.
        ClusterIP = section.Optional("clusterIP", Forms.Address, "The address of the kube-dns Service.",
            absent: "the tenth address of the services", perCluster: true)
            ?? services.AddressAt(DnsOffset) ?? services.First,
        Replicas = section.Number("replicas", 2, 2, 1000, "How many CoreDNS pods run; with an autoscaler, the fewest.", below: new Fault(
            DefinitionRules.Replicas, "leaves no pod while one is evicted: the disruption budget keeps at least one", "Write 2 or more.")),
        MinAvailable = section.Number("minAvailable", 1, 1, 999,
            "How many pods an eviction must leave; below replicas, or no node can be drained."),
        Upstreams = section.List("upstreams", Forms.Server, (1, 15, DefinitionRules.UpstreamsCount),
                "Up to 15 servers for all other names.", absent: "Cloudflare's 1.1.1.1 and 1.0.0.1, or their IPv6 addresses")
            ?? (services.Family == AddressFamily.InterNetworkV6 ? CloudflareSix : CloudflareFour),
        Resources = section.Mapping("resources", "Requests and limits of a CoreDNS pod.",
            resources => ResourceSettings.Bind(resources, ResourceSettings.OfCoreDns)),
        Autoscaling = section.Mapping("autoscaling", "What decides the number of replicas.", Autoscaling.Bind, whole: true),
        Log = section.Choice("log", LogClass.Error, Logs, "Which answers are logged: server failures, those and denials, or all."),
    };
}

/// <summary>Which responses the CoreDNS log plugin writes (its <c>class</c>).</summary>
public enum LogClass
{
    Error,
    Denial,
    All,
}

/// <summary>Requests and limits of one container.</summary>
public sealed record ResourceSettings
{
    public required Quantity CpuRequest { get; init; }

    public required Quantity MemoryRequest { get; init; }

    /// <summary>Null for no limit: a limit throttles the resolver (see docs/corefile.md).</summary>
    public Quantity? CpuLimit { get; init; }

    public required Quantity MemoryLimit { get; init; }

    public static readonly ResourceSettings OfCoreDns = new()
    {
        CpuRequest = Quantity.Parse("100m"),
        CpuLimit = Quantity.Parse("200m"),
        MemoryRequest = Quantity.Parse("128Mi"),
        MemoryLimit = Quantity.Parse("256Mi"),
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

/// <summary>What decides the number of replicas.</summary>
public abstract record Autoscaling
{
    private static readonly Words<string> Kinds = new(("none", "none"), ("hpa", "hpa"), ("proportional", "proportional"));

    private Autoscaling()
    {
    }

    /// <summary>The definition's replicas, corrected by drift detection.</summary>
    public sealed record Off : Autoscaling;

    /// <summary>A HorizontalPodAutoscaler on CPU use.</summary>
    public sealed record Horizontal(int MaxReplicas, int CpuPercent) : Autoscaling;

    /// <summary>The cluster-proportional-autoscaler, linear in cores and nodes.</summary>
    public sealed record Proportional(int CoresPerReplica, int NodesPerReplica, int MaxReplicas) : Autoscaling;

    internal static Autoscaling Bind(Section section)
    {
        var kind = section.Choice("kind", "none", Kinds,
            "What decides the number of replicas: the definition, a HorizontalPodAutoscaler, or the cluster-proportional-autoscaler.");
        var most = section.Number("maxReplicas", 10, 2, 1000, "The most replicas; hpa and proportional.");
        var cpu = section.Number("cpuPercent", 70, 1, 100, "The CPU use, in per cent of the request, that hpa aims at.");
        var cores = section.Number("coresPerReplica", 256, 1, 100_000, "Cores of the cluster for each replica; proportional.");
        var nodes = section.Number("nodesPerReplica", 16, 1, 100_000, "Nodes of the cluster for each replica; proportional.");
        return kind switch
        {
            "hpa" => new Horizontal(most, cpu),
            "proportional" => new Proportional(cores, nodes, most),
            _ => new Off(),
        };
    }
}
