namespace PlatformGitOps.Acceptance.Clusters;

/// <param name="Name">The cluster's own name, maybe with a prefix; <see cref="ClusterShape.Role"/> is its name in the definition.</param>
/// <param name="Made">True if this run made the cluster, and therefore removes it.</param>
public sealed record RunningCluster(string Name, ClusterShape Shape, KubeContext Context, ClusterCapabilities Capabilities, bool Made);

/// <summary>How a cluster is reached: a kubeconfig file and the name of a context in it.</summary>
public sealed record KubeContext(string ConfigFile, string Name);

/// <summary>The part of the definition that a cluster has to be made for.</summary>
/// <param name="Role">The cluster's name in the definition.</param>
/// <param name="PodRange">As kind and k3s take it: the ranges of both families, with a comma between, where there are two.</param>
/// <param name="ServiceRange">The same of the services.</param>
public sealed record ClusterShape(string Role, string PodRange, string ServiceRange, string DnsAddress, string Domain)
{
    public KubeProxyMode KubeProxy { get; init; }

    /// <summary>The address that the kubelets name to pods, where it is not that of the Service.</summary>
    public string? CacheAddress { get; init; }

    /// <summary>Whether the cluster brings the metrics of pods, which an autoscaler needs; k3s has them built in.</summary>
    public bool PodMetrics { get; init; }

    /// <summary>The address that the kubelets name to pods.</summary>
    public string PodDns => CacheAddress ?? DnsAddress;

    /// <summary><c>ipv4</c>, <c>ipv6</c> or <c>dual</c>.</summary>
    public string Families =>
        PodRange.Contains(',') ? "dual" : PodRange.Contains(':') ? "ipv6" : "ipv4";
}
