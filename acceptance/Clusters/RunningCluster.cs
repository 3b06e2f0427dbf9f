using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Clusters;

/// <param name="Name">The cluster's own name, which may carry a prefix; <see cref="ClusterShape.Role"/> is its part in the definition.</param>
/// <param name="Made">True where this run made the cluster, and therefore removes it.</param>
public sealed record RunningCluster(string Name, ClusterShape Shape, KubeContext Context, ClusterCapabilities Capabilities, bool Made);
