using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

/// <summary>The cluster with a cache on every node, from the generated tree, delivered once in a run.</summary>
internal static class CachedCluster
{
    /// <summary>The kernel's name of its process.</summary>
    public const string Process = "node-cache";

    /// <summary>With Cilium's redirect, another container of the pod runs the same program.</summary>
    public const string Container = "node-cache";

    public static readonly ResourceAddress DaemonSet = ResourceKind.DaemonSet.Named(NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace);

    private const string TryInterface =
        "ip link show nodelocaldns >/dev/null 2>&1 && echo usable; ip link add acceptance-try type dummy 2>/dev/null && echo usable; " +
        "ip link del acceptance-try 2>/dev/null; true";

    private static readonly OncePerCluster<LiveCluster> Delivered = new();

    public static async Task<LiveCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Tree.NodeLocalDns.Count > 0)
        {
            return cluster;
        }

        cluster.NeedsDelivery();
        var definition = Switched(cluster.Platform, on: true).ClusterNamed(cluster.Role);
        cluster.Needs(NodeLocalDnsSettings.WayIn(definition) == NodeLocalDnsWay.ServiceAddress,
            "the caches are on the Service's address with iptables and nftables alone, and without Cilium");
        cluster.Needs(await HasInterfaces(cluster, cancellationToken),
            "the kernel of the nodes has no interfaces of the type dummy, on which the cache listens");
        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await ProberImage.TryBring(cluster, NodeLocalDnsSettings.DefaultImage, cancellationToken);
        var delivered = await Delivered.Of(cluster.Role, () => Deliver(cluster, CancellationToken.None), cancellationToken);
        await RolledOut(delivered, cancellationToken);
        return delivered;
    }

    /// <summary>True if a node supports the interface, already has it, or is not accessible.</summary>
    private static async Task<bool> HasInterfaces(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (!cluster.Cluster.Capabilities.NodesAreContainers)
        {
            return true;
        }

        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))[0].Name;
        var tried = await cluster.Engine.Exec(node, ["sh", "-c", TryInterface], cancellationToken);
        return tried.Output.Contains("usable");
    }

    /// <summary>Removes the caches and delivers the original definition again; does nothing if no check has delivered any.</summary>
    public static async Task Remove(string role, CancellationToken cancellationToken)
    {
        if (Delivered.Take(role) is not { } cluster)
        {
            return;
        }

        await cluster.Deliver(Switched(cluster.Platform, on: false), cancellationToken);
        foreach (var resource in cluster.Tree.NodeLocalDns)
        {
            await cluster.Api.Delete(ResourceKind.Of(resource).Named(resource.Name, resource.Namespace), null, cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(120),
            async token => (await Pods(cluster, token)).ShouldBeEmpty("caches still run"),
            "every cache has stopped",
            cancellationToken);
    }

    /// <summary>The platform with or without a cache on every node of every cluster.</summary>
    public static Platform Switched(Platform platform, bool on) => platform.InEachCluster(cluster => cluster with
    {
        Applications = on
            ? cluster.Applications.SetItem(NodeLocalDnsNames.Name, cluster.Of<NodeLocalDnsSettings>() ?? Settings(cluster))
            : cluster.Applications.Remove(NodeLocalDnsNames.Name),
    });

    /// <summary>A rolling restart of the caches.</summary>
    public static async Task Restart(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await Rollout.Begin(cluster, DaemonSet, cancellationToken);
        await RolledOut(cluster, cancellationToken);
    }

    /// <summary>A ready cache on every node, and no older ones.</summary>
    public static Task RolledOut(LiveCluster cluster, CancellationToken cancellationToken) => Rollout.Done(
        cluster.Api, DaemonSet, "a cache runs on every node", TimeSpan.FromSeconds(180), cancellationToken,
        async (daemons, token) =>
        {
            var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, token)).Count;
            daemons.Number("status.desiredNumberScheduled").ShouldBe(nodes, "nodes that get a cache");
            (await Pods(cluster, token)).Count.ShouldBe(nodes, "caches of all revisions");
        });

    public static Task<IReadOnlyList<Resource>> Pods(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Api.List(ResourceKind.Pod, NodeLocalDnsNames.Namespace, $"{NodeLocalDnsNames.AppLabel}={NodeLocalDnsNames.Name}",
            cancellationToken);

    private static NodeLocalDnsSettings Settings(Cluster cluster) => new()
    {
        Image = NodeLocalDnsSettings.DefaultImage,
        Address = IPAddress.Parse(cluster.Services.Family == AddressFamily.InterNetwork ? "169.254.20.10" : "fd00::53:10"),
    };

    private static Task<LiveCluster> Deliver(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Deliver(Switched(cluster.Platform, on: true), cancellationToken);
}
