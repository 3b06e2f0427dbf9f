namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>The keys of a cluster's settings, which Flux puts in place of <c>${KEY}</c>.</summary>
public static class Variables
{
    public const string ClusterName = "CLUSTER_NAME";
    public const string ClusterDomain = "CLUSTER_DOMAIN";
    public const string NodeCidr = "NODE_CIDR";
    public const string MonitoringNamespace = "MONITORING_NAMESPACE";
    public const string MonitoringRelease = "MONITORING_RELEASE";
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
    public const string TargetCpuPercent = "COREDNS_TARGET_CPU_PERCENT";
    public const string CoresPerReplica = "COREDNS_CORES_PER_REPLICA";
    public const string HealthControllerImage = "HEALTH_CONTROLLER_IMAGE";
    public const string NodesPerReplica = "COREDNS_NODES_PER_REPLICA";
}
