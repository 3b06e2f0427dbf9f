namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Names that clusters, alerts and policies depend on; most come from the chart and must not differ from it.</summary>
public static class CoreDnsNames
{
    public const string Namespace = "kube-system";

    public const string Chart = "coredns";

    /// <summary>The name of the release, the Deployment, the ServiceAccount and the chart's source.</summary>
    public const string Release = "coredns";

    /// <summary>The Service's name that kubeadm, the kubelet's configuration and many tools expect.</summary>
    public const string Service = "kube-dns";

    public const string DisruptionBudget = "coredns-pdb";

    /// <summary>The label by which policies and users select the DNS pods.</summary>
    public const string AppLabel = "k8s-app";

    /// <summary>The value of <see cref="AppLabel"/>; it is part of the Deployment's selector, which is immutable.</summary>
    public const string App = "kube-dns";

    /// <summary>The job label of the scraped series: the name of the Service that the ServiceMonitor selects.</summary>
    public const string MetricsJob = "coredns-metrics";

    public const int DnsPort = 53;

    public const int MetricsPort = 9153;

    public const int HealthPort = 8080;

    public const int ReadyPort = 8181;
}

/// <summary>CoreDNS's keys in a cluster's settings; Flux substitutes <c>${KEY}</c>.</summary>
public static class CoreDnsVariables
{
    public const string ClusterIP = "COREDNS_CLUSTER_IP";
    public const string Replicas = "COREDNS_REPLICAS";
    public const string MaxReplicas = "COREDNS_MAX_REPLICAS";
    public const string MinAvailable = "COREDNS_MIN_AVAILABLE";
    public const string Upstreams = "COREDNS_UPSTREAMS";
    public const string LogClass = "COREDNS_LOG_CLASS";
    public const string CpuRequest = "COREDNS_CPU_REQUEST";
    public const string CpuLimit = "COREDNS_CPU_LIMIT";
    public const string MemoryRequest = "COREDNS_MEMORY_REQUEST";
    public const string MemoryLimit = "COREDNS_MEMORY_LIMIT";
    public const string HighQueryRate = "COREDNS_HIGH_QUERY_RATE";
    public const string TargetCpuPercent = "COREDNS_TARGET_CPU_PERCENT";
    public const string TargetMemoryPercent = "COREDNS_TARGET_MEMORY_PERCENT";
    public const string CoresPerReplica = "COREDNS_CORES_PER_REPLICA";
    public const string NodesPerReplica = "COREDNS_NODES_PER_REPLICA";
    public const string ErrorBudget = "COREDNS_ERROR_BUDGET";
    public const string LatencyBudget = "COREDNS_LATENCY_BUDGET";
    public const string LatencyBound = "COREDNS_LATENCY_BOUND";
}
