namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A running cluster to which the tree has been delivered. Live checks read nothing else.</summary>
public sealed record LiveCluster
{
    public required RunningCluster Cluster { get; init; }
    public required KubernetesApi Api { get; init; }
    public required ContainerEngine Engine { get; init; }

    /// <summary>The definition behind <see cref="Tree"/>.</summary>
    public required Platform Platform { get; init; }

    /// <summary>What was delivered.</summary>
    public required RenderedCluster Tree { get; init; }

    /// <summary>The type of the records of Services and pods, as a suffix of a name that is asked for.</summary>
    public string AddressType => Tree.Definition.Services.Family == AddressFamily.InterNetworkV6 ? "/AAAA" : "/A";

    /// <summary>Delivers to the cluster; null where the suite does not.</summary>
    public required IDelivery? Delivery { get; init; }

    /// <summary>Whether checks may take DNS down or change it.</summary>
    public required bool MayDisrupt { get; init; }

    /// <summary>Whether this DNS forwards to the suite's own upstream, whose answers are known.</summary>
    public required bool HasUpstream { get; init; }

    /// <summary>The suite found it by a context, and takes its own objects away at the end.</summary>
    public bool IsOfOthers { get; init; }

    public string Role => Cluster.Shape.Role;
    public string DnsAddress => Cluster.Shape.DnsAddress;
    public string Domain => Cluster.Shape.Domain;

    /// <summary>Skips the test where the cluster cannot show what the check is about.</summary>
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

    /// <summary>The same cluster with the tree of another definition, not yet delivered.</summary>
    public LiveCluster With(Platform platform) => this with
    {
        Platform = platform,
        Tree = RenderedCluster.From(DefinedTree.Generated(platform, Tree.VersionDrift), Role),
    };

    /// <summary>Delivers its own tree, again or for the first time.</summary>
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

    /// <summary>Without terminating pods: one of an earlier rollout may be gone a moment later.</summary>
    public async Task<IReadOnlyList<Resource>> StayingDnsPods(CancellationToken cancellationToken) =>
        [.. (await DnsPods(cancellationToken)).Where(pod => pod.Text("metadata.deletionTimestamp") is null)];

    /// <summary>Returns when it is gone: objects of a namespace that is still ending are there, and are deleted a moment later.</summary>
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
