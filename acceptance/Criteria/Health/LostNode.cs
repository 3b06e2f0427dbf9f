namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A worker with a DNS pod is killed; measures how long its endpoint stays.</summary>
internal static class LostNode
{
    /// <summary>A worker with a DNS pod and at most half of them, with or without the leader; the Lease is moved if needed.</summary>
    public static Task<string> Choose(LiveCluster cluster, bool withLeader, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var workers = (await cluster.Api.List(ResourceKind.Node, null, null, token)).Where(node => !Nodes.IsControlPlane(node))
                .Select(node => node.Name).ToHashSet();
            var holder = await CheckedCluster.Holder(cluster, "kube-system", token);
            var leader = (await CheckedCluster.Pods(cluster, token)).FirstOrDefault(pod => pod.Name == holder)?.Text("spec.nodeName")
                ?? throw new NotYetException($"{holder} holds the Lease and is gone");

            // The guard keeps half of the endpoints: on a node with more of them, one would stay correctly.
            var pods = await cluster.DnsPods(token);
            var node = pods.CountBy(pod => pod.Text("spec.nodeName")!).Where(pair => 2 * pair.Value <= pods.Count)
                .Select(pair => pair.Key).FirstOrDefault(node => workers.Contains(node) && (node == leader) == withLeader);
            if (node is null)
            {
                await cluster.Api.Delete(ResourceKind.Pod.Named(holder, "kube-system"), TimeSpan.Zero, token);
            }

            return node ?? throw new NotYetException(
                $"no worker has a DNS pod and {(withLeader ? "" : "not ")}the leader, who was on {leader}");
        },
        "a worker has a DNS pod and the leader, or not the leader",
        cancellationToken);

    /// <summary>Kills the node, waits until kube-dns has removed its pod, and starts it again when the cluster is ready.</summary>
    public static async Task<TimeSpan> Kill(LiveCluster cluster, string node, CancellationToken cancellationToken)
    {
        await cluster.Engine.Kill(node, cancellationToken);
        var killed = TimeProvider.System.GetTimestamp();
        try
        {
            return await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token =>
                {
                    (await Ready(cluster, token)).ShouldNotContain(node, "the dead node's pod is still named");
                    return TimeProvider.System.GetElapsedTime(killed);
                },
                "the endpoint on a dead node leaves kube-dns",
                cancellationToken);
        }
        finally
        {
            await Restart(cluster, node);
        }
    }

    /// <summary>The nodes with endpoints of kube-dns.</summary>
    public static async Task<IReadOnlyList<string>> Ready(LiveCluster cluster, CancellationToken cancellationToken) =>
    [
        .. (await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", cancellationToken))
            .SelectMany(slice => slice.Parts("endpoints")).Where(endpoint => endpoint.Flag("conditions.ready") == true)
                .Select(endpoint => endpoint.Text("nodeName")!),
    ];

    /// <summary>Starts the node, and waits for it and its pods.</summary>
    public static async Task Restart(LiveCluster cluster, string node)
    {
        await cluster.Engine.Start(node, CancellationToken.None);
        await Eventually.Within(
            TimeSpan.FromSeconds(180),
            async token => (await cluster.Api.List(ResourceKind.Node, null, null, token)).ShouldAllBe(entry => Nodes.IsReady(entry)),
            "the node comes back",
            CancellationToken.None);
        await Rollout.Done(cluster, CancellationToken.None);
        await CheckedCluster.RolledOut(cluster, CancellationToken.None);
    }
}
