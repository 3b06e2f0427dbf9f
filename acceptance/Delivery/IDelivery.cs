namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>How a tree is delivered to a cluster.</summary>
public interface IDelivery
{
    /// <summary>
    /// The definition with the changes that this delivery needs. The delivered tree and the tree to compare with are generated from it.
    /// </summary>
    Task<Platform> Adapt(Platform platform, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Delivers, and returns when everything is applied; the criteria wait until it is ready.</summary>
    Task Deliver(Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Removes the release and everything else that was delivered; nothing is left on return.</summary>
    Task Withdraw(RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);
}
