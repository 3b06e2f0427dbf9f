using PlatformGitOps.Acceptance.Clusters;

namespace PlatformGitOps.Acceptance.Ports;

/// <summary>Where the clusters of a run come from: kind, k3s, or clusters that exist already.</summary>
public interface IClusterProvider
{
    ClusterCapabilities Capabilities { get; }

    /// <summary>A running cluster of this shape; one that runs already is used only if its configuration is the same.</summary>
    Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="Provide"/> made; a cluster that was there before stays.</summary>
    Task Release(RunningCluster cluster, CancellationToken cancellationToken);
}
