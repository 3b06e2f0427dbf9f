using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A running cluster to which the tree has been delivered. The live halves look at nothing else.</summary>
public sealed record LiveCluster
{
    public required RunningCluster Cluster { get; init; }
    public required IKubernetesApi Api { get; init; }
    public required IContainerEngine Engine { get; init; }

    /// <summary>What was delivered.</summary>
    public required RenderedCluster Tree { get; init; }

    public string Role => Cluster.Shape.Role;
    public string DnsAddress => Cluster.Shape.DnsAddress;
    public string Domain => Cluster.Shape.Domain;

    /// <summary>Ends the test as skipped where the cluster cannot show what the row is about.</summary>
    public void Needs(bool capability, string reason)
    {
        if (!capability)
        {
            Assert.Ignore($"{Cluster.Capabilities.Kind}: {reason}");
        }
    }

    public Task<IReadOnlyList<Resource>> DnsPods(CancellationToken cancellationToken) =>
        Api.List(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", cancellationToken);

    public async Task<Resource> Require(ResourceAddress address, CancellationToken cancellationToken) =>
        await Api.Get(address, cancellationToken) ?? throw new Waiting.NotYetException($"there is no {address}");
}
