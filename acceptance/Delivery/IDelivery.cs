namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>How a tree gets into a cluster.</summary>
public interface IDelivery
{
    /// <summary>
    /// The definition as this delivery has to change it. The delivered tree comes from it, and so does the tree to compare with.
    /// </summary>
    Task<Platform> Adapt(Platform platform, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Delivers and returns once everything is applied; that it becomes ready is for the criteria to see.</summary>
    Task Deliver(Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Removes the release and everything beside it, as if it had never been delivered; nothing of it is left on return.</summary>
    Task Withdraw(RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);
}
