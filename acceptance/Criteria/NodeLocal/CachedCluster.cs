using System.Collections.Concurrent;
using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

/// <summary>The cluster with a cache on every node, delivered from the generated tree, once in a run.</summary>
internal static class CachedCluster
{
    /// <summary>The name of its process in the kernel.</summary>
    public const string Process = "node-cache";

    /// <summary>Behind Cilium's redirect another container of the pod runs the same program.</summary>
    public const string Container = "node-cache";

    public static readonly ResourceAddress DaemonSet = ResourceKind.DaemonSet.Named(NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace);

    private const string TryInterface =
        "ip link show nodelocaldns >/dev/null 2>&1 && echo usable; ip link add acceptance-try type dummy 2>/dev/null && echo usable; " +
        "ip link del acceptance-try 2>/dev/null; true";

    private static readonly ConcurrentDictionary<string, Lazy<Task<LiveCluster>>> Delivered = new();

    public static async Task<LiveCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Tree.NodeLocalDns.Count > 0)
        {
            return cluster;
        }

        cluster.Needs(cluster.Delivery is not null, "the suite does not deliver to this cluster; the setting delivery changes that");
        var definition = Switched(cluster.Platform, on: true).Clusters.Single(entry => entry.Name.Text == cluster.Role);
        cluster.Needs(NodeLocalDnsSettings.WayIn(definition) == NodeLocalDnsWay.ServiceAddress,
            "the caches are on the Service's address with iptables and nftables alone, and without Cilium");
        cluster.Needs(await HasInterfaces(cluster, cancellationToken),
            "the kernel of the nodes has no interfaces of the type dummy, on which the cache listens");
        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await ProberImage.TryBring(cluster, NodeLocalDnsSettings.DefaultImage, cancellationToken);
        var delivered = await Delivered
            .GetOrAdd(cluster.Role, _ => new Lazy<Task<LiveCluster>>(() => Deliver(cluster, CancellationToken.None)))
            .Value.WaitAsync(cancellationToken);
        await RolledOut(delivered, cancellationToken);
        return delivered;
    }

    /// <summary>True where a node can have the interface, already has it, or cannot be looked into.</summary>
    private static async Task<bool> HasInterfaces(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (!cluster.Cluster.Capabilities.NodesAreContainers)
        {
            return true;
        }

        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))[0].Name;
        var tried = await cluster.Engine.Exec(node, ["sh", "-c", TryInterface], cancellationToken);
        return tried.Output.Contains("usable", StringComparison.Ordinal);
    }

    /// <summary>Takes the caches away and delivers the definition again; nothing where no check has brought any.</summary>
    public static async Task Remove(string role, CancellationToken cancellationToken)
    {
        if (!Delivered.TryRemove(role, out var delivering) || !delivering.Value.IsCompletedSuccessfully)
        {
            return;
        }

        var cluster = await delivering.Value;
        var platform = Switched(cluster.Platform, on: false);
        var tree = RenderedCluster.From(DefinedTree.Generated(platform, cluster.Tree.VersionDrift), role);
        await cluster.Delivery!.Deliver(platform, tree, cluster.Cluster, cluster.Api, cancellationToken);
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

    /// <summary>The same platform with or without a cache on every node of every cluster.</summary>
    public static Platform Switched(Platform platform, bool on) => platform with
    {
        Clusters =
        [
            .. platform.Clusters.Select(cluster => cluster with
            {
                Applications = on
                    ? cluster.Applications.SetItem(NodeLocalDnsNames.Name, cluster.Of<NodeLocalDnsSettings>() ?? Settings(cluster))
                    : cluster.Applications.Remove(NodeLocalDnsNames.Name),
            }),
        ],
    };

    /// <summary>A rolling restart.</summary>
    public static async Task Restart(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToString("o", CultureInfo.InvariantCulture);
        await cluster.Api.Patch(
            DaemonSet,
            JsonPath.Patch("spec.template.metadata.annotations", new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = stamp }),
            cancellationToken);
        await RolledOut(cluster, cancellationToken);
    }

    /// <summary>A cache that is ready on every node, and no older one.</summary>
    public static Task RolledOut(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(180),
        async token =>
        {
            var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, token)).Count;
            var daemons = await cluster.Require(DaemonSet, token);
            daemons.Number("status.observedGeneration").ShouldBe(daemons.Number("metadata.generation"));
            daemons.Number("status.desiredNumberScheduled").ShouldBe(nodes, "nodes that get a cache");
            daemons.Number("status.updatedNumberScheduled").ShouldBe(nodes, "caches of the new revision");
            daemons.Number("status.numberAvailable").ShouldBe(nodes, "caches that are available");
            (await Pods(cluster, token)).Count.ShouldBe(nodes, "caches of all revisions");
        },
        "a cache runs on every node",
        cancellationToken);

    public static Task<IReadOnlyList<Resource>> Pods(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Api.List(ResourceKind.Pod, NodeLocalDnsNames.Namespace, $"{NodeLocalDnsNames.AppLabel}={NodeLocalDnsNames.Name}",
            cancellationToken);

    private static NodeLocalDnsSettings Settings(Cluster cluster) => new()
    {
        Image = NodeLocalDnsSettings.DefaultImage,
        Address = IPAddress.Parse(cluster.Services.Family == AddressFamily.InterNetwork ? "169.254.20.10" : "fd00::53:10"),
    };

    private static async Task<LiveCluster> Deliver(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var platform = Switched(cluster.Platform, on: true);
        var tree = RenderedCluster.From(DefinedTree.Generated(platform, cluster.Tree.VersionDrift), cluster.Role);
        await cluster.Delivery!.Deliver(platform, tree, cluster.Cluster, cluster.Api, cancellationToken);
        return cluster with { Platform = platform, Tree = tree };
    }
}
