namespace PlatformGitOps.Generator.Emission;

/// <summary>The keys of a cluster's settings that any application may use; Flux puts them in place of <c>${KEY}</c>.</summary>
public static class Variables
{
    public const string ClusterName = "CLUSTER_NAME";
    public const string ClusterDomain = "CLUSTER_DOMAIN";
    public const string NodeCidr = "NODE_CIDR";
    public const string MonitoringNamespace = "MONITORING_NAMESPACE";
    public const string MonitoringRelease = "MONITORING_RELEASE";
}
