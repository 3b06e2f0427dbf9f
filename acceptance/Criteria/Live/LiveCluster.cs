using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A running cluster to which the tree has been delivered. The live halves look at nothing else.</summary>
public sealed record LiveCluster
{
    public required RunningCluster Cluster { get; init; }
    public required KubernetesApi Api { get; init; }
    public required ContainerEngine Engine { get; init; }

    /// <summary>The definition behind <see cref="Tree"/>.</summary>
    public required Platform Platform { get; init; }

    /// <summary>What was delivered.</summary>
    public required RenderedCluster Tree { get; init; }

    /// <summary>Who delivered it, and delivers it again; null where somebody else does.</summary>
    public required IDelivery? Delivery { get; init; }

    /// <summary>Whether rows may take DNS down or change it.</summary>
    public required bool MayDisrupt { get; init; }

    /// <summary>Whether the suite's own upstream stands behind this DNS, so that it is known what names outside resolve to.</summary>
    public required bool HasUpstream { get; init; }

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

    public void NeedsUpstream() =>
        Needs(HasUpstream, "the suite's own upstream does not stand behind this DNS, so that nobody knows what names outside should resolve to");

    public Task<IReadOnlyList<Resource>> DnsPods(CancellationToken cancellationToken) =>
        Api.List(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", cancellationToken);

    /// <summary>Those of them that are not being deleted: one of an earlier rollout may still be ending, and is gone at the next look.</summary>
    public async Task<IReadOnlyList<Resource>> StayingDnsPods(CancellationToken cancellationToken) =>
        [.. (await DnsPods(cancellationToken)).Where(pod => pod.Text("metadata.deletionTimestamp") is null)];

    public async Task<Resource> Require(ResourceAddress address, CancellationToken cancellationToken) =>
        await Api.Get(address, cancellationToken) ?? throw new Waiting.NotYetException($"there is no {address}");
}
