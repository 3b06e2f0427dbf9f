namespace PlatformGitOps.Acceptance.Clusters;

/// <param name="Name">The cluster's name, possibly with a prefix; <see cref="ClusterShape.Role"/> is its name in the definition.</param>
/// <param name="Made">True if this run created the cluster, and so removes it.</param>
public sealed record RunningCluster(string Name, ClusterShape Shape, KubeContext Context, ClusterCapabilities Capabilities, bool Made);

/// <summary>A kubeconfig file and a context in it.</summary>
public sealed record KubeContext(string ConfigFile, string Name);

/// <summary>The properties of the definition that a test cluster needs.</summary>
/// <param name="Role">The cluster's name in the definition.</param>
/// <param name="PodRange">The range for kind and k3s; with two families, both ranges and a comma between them.</param>
/// <param name="ServiceRange">The same for Services.</param>
public sealed record ClusterShape(string Role, string PodRange, string ServiceRange, string DnsAddress, string Domain)
{
    public KubeProxyMode KubeProxy { get; init; }

    /// <summary>The DNS address that kubelets give to pods, if it is not the Service's.</summary>
    public string? CacheAddress { get; init; }

    /// <summary>True if the cluster needs pod metrics for an autoscaler; k3s has them built in.</summary>
    public bool PodMetrics { get; init; }

    /// <summary>The DNS address that kubelets give to pods.</summary>
    public string PodDns => CacheAddress ?? DnsAddress;

    /// <summary><c>ipv4</c>, <c>ipv6</c> or <c>dual</c>.</summary>
    public string Families =>
        PodRange.Contains(',') ? "dual" : PodRange.Contains(':') ? "ipv6" : "ipv4";
}
