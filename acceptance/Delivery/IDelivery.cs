using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>How a tree gets into a cluster.</summary>
public interface IDelivery
{
    /// <summary>The definition as this way of delivering has to change it; what is delivered, and what a cluster is compared with, is made from this.</summary>
    Task<Platform> Adapt(Platform platform, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Delivers and returns once everything is applied; that it becomes ready is for the criteria to see.</summary>
    Task Deliver(Platform platform, RenderedCluster tree, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Takes the release and everything beside it away again, as if it had never been delivered; nothing of it is left on return.</summary>
    Task Withdraw(RenderedCluster tree, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken);
}
