namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A running cluster with the delivered tree: the only input of live checks.</summary>
public sealed record LiveCluster
{
    public required RunningCluster Cluster { get; init; }
    public required KubernetesApi Api { get; init; }
    public required ContainerEngine Engine { get; init; }

    /// <summary>The definition of <see cref="Tree"/>.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The delivered tree.</summary>
    public required RenderedCluster Tree { get; init; }

    /// <summary>The record type of Services and pods, as a suffix of a queried name.</summary>
    public string AddressType => Tree.Definition.Services.Family == AddressFamily.InterNetworkV6 ? "/AAAA" : "/A";

    /// <summary>Delivers to the cluster; null if the suite does not deliver.</summary>
    public required IDelivery? Delivery { get; init; }

    /// <summary>True if checks may disrupt or change DNS.</summary>
    public required bool MayDisrupt { get; init; }

    /// <summary>True if this DNS forwards to the suite's own upstream, whose answers are known.</summary>
    public required bool HasUpstream { get; init; }

    /// <summary>The right to a cluster that existed before; null for one that the suite made.</summary>
    public ClusterClaim? Claim { get; init; }

    public string Role => Cluster.Shape.Role;
    public string DnsAddress => Cluster.Shape.DnsAddress;
    public string Domain => Cluster.Shape.Domain;

    /// <summary>Skips the test if the cluster lacks a capability.</summary>
    public void Needs(bool capability, string reason)
    {
        if (!capability)
        {
            Assert.Ignore($"{Cluster.Capabilities.Kind}: {reason}");
        }
    }

    public void NeedsDelivery() =>
        Needs(Delivery is not null, "the suite does not deliver to this cluster; the setting delivery changes that");

    public void NeedsUpstream() =>
        Needs(HasUpstream, "this DNS does not forward to the suite's own upstream, so the right answers for external names are not known");

    /// <summary>A copy with the tree of another definition, not yet delivered.</summary>
    public LiveCluster With(Platform platform) => this with
    {
        Platform = platform,
        Tree = RenderedCluster.From(DefinedTree.Generated(platform, Tree.VersionDrift), Role),
    };

    /// <summary>Delivers its tree, again or for the first time.</summary>
    public Task Deliver(CancellationToken cancellationToken) => Delivery!.Deliver(Platform, Tree, Cluster, Api, cancellationToken);

    /// <summary>Delivers the tree of another definition.</summary>
    public async Task<LiveCluster> Deliver(Platform platform, CancellationToken cancellationToken)
    {
        var changed = With(platform);
        await changed.Deliver(cancellationToken);
        return changed;
    }

    public Task<IReadOnlyList<Resource>> DnsPods(CancellationToken cancellationToken) =>
        Api.List(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", cancellationToken);

    /// <summary>Without terminating pods, which may end at any moment.</summary>
    public async Task<IReadOnlyList<Resource>> StayingDnsPods(CancellationToken cancellationToken) =>
        [.. (await DnsPods(cancellationToken)).Where(pod => pod.Text("metadata.deletionTimestamp") is null)];

    /// <summary>The same for a check of each pod, which must not pass without one.</summary>
    public async Task<IReadOnlyList<Resource>> EachDnsPod(CancellationToken cancellationToken) =>
        await StayingDnsPods(cancellationToken) is { Count: > 0 } pods
            ? pods : throw new Waiting.NotYetException("no pod of CoreDNS runs that could be checked");

    /// <summary>Returns when it is deleted: objects of a terminating namespace still exist, but will be deleted.</summary>
    public async Task DeleteNamespace(string name, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Namespace.Named(name);
        await Api.Delete(address, null, cancellationToken);
        await Waiting.Eventually.Within(
            TimeSpan.FromSeconds(120),
            async token => (await Api.Get(address, token)).ShouldBeNull(),
            $"the namespace {name} is gone",
            cancellationToken);
    }

    public async Task<Resource> Require(ResourceAddress address, CancellationToken cancellationToken) =>
        await Api.Get(address, cancellationToken) ?? throw new Waiting.NotYetException($"{address} does not exist");
}
