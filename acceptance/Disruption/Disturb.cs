namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Disruptions of a cluster while the probers run.</summary>
public static class Disturb
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    public static async Task RollingRestart(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        run.Note("coredns", "rolling restart");
        await Rollout.Restart(cluster, cancellationToken);
        await Settled(cluster, cancellationToken);
    }

    public static async Task Scale(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas")!.Value;
        try
        {
            await To(replicas + 1, cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }
        finally
        {
            await To(replicas, CancellationToken.None);
        }

        await Rollout.Done(cluster, cancellationToken);
        await Settled(cluster, cancellationToken);

        Task To(int wanted, CancellationToken token)
        {
            run.Note("coredns", $"scaled to {wanted}");
            return cluster.Api.Patch(Deployment, JsonPath.Patch("spec.replicas", wanted), token);
        }
    }

    /// <summary>Changes only the Corefile: the reload plugin applies it in each pod.</summary>
    public static async Task ChangeCorefile(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var before = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
        var pods = await cluster.DnsPods(cancellationToken);
        // A pod that reloaded before has the line in its log already.
        var reloads = new Dictionary<string, int>();
        foreach (var pod in pods)
        {
            reloads[pod.Name] = await Reloads(cluster, pod, cancellationToken);
        }

        run.Note("coredns", "Corefile changed");
        await Write(cluster, "# changed\n" + before, cancellationToken);
        try
        {
            foreach (var pod in pods)
            {
                await Nudge(cluster, pod, cancellationToken);
            }

            foreach (var pod in pods)
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(150),
                    async token => (await Reloads(cluster, pod, token)).ShouldBeGreaterThan(reloads[pod.Name]),
                    $"{pod.Name} takes the changed Corefile up: the reload plugin looks every half minute or so",
                    cancellationToken);
                run.Note(pod.Name, "reloaded");
            }
        }
        finally
        {
            await Write(cluster, before, CancellationToken.None);
        }
    }

    private static async Task<int> Reloads(LiveCluster cluster, Resource pod, CancellationToken cancellationToken) =>
        (await cluster.Api.Logs("kube-system", pod.Name, null, false, cancellationToken)).Split("Reloading complete").Length - 1;

    /// <summary>
    /// A change of a pod's annotations makes the kubelet update its volumes at once, instead of within a minute or more
    /// (https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically).
    /// </summary>
    private static Task Nudge(LiveCluster cluster, Resource pod, CancellationToken cancellationToken) => cluster.Api.Patch(
        ResourceKind.Pod.Named(pod.Name, "kube-system"),
        JsonPath.Patch(
            "metadata.annotations", new JsonObject { ["acceptance.platform-gitops.io/looked-at"] = Guid.NewGuid().ToString("n") }),
        cancellationToken);

    private static Task Write(LiveCluster cluster, string corefile, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Configuration, JsonPath.Patch("data.Corefile", corefile), cancellationToken);

    /// <summary>Evicts as often as the PodDisruptionBudget allows, for half a minute.</summary>
    public static async Task EvictionStorm(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var (evicted, refused) = (0, 0);
        run.Note("coredns", "eviction storm");
        await foreach (
            var _ in Pace.Every(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken))
        {
            foreach (var pod in await cluster.StayingDnsPods(cancellationToken))
            {
                var went = await cluster.Api.Evict("kube-system", pod.Name, cancellationToken);
                (evicted, refused) = (evicted + (went == true ? 1 : 0), refused + (went == false ? 1 : 0));
            }
        }

        run.Note("coredns", $"{evicted} evictions went through, {refused} were refused");
        Disturbed(evicted, refused);
        await Settled(cluster, cancellationToken);
    }

    internal static void Disturbed(int evicted, int refused)
    {
        evicted.ShouldBeGreaterThan(0, "no pod was evicted: nothing was disturbed");
        refused.ShouldBeGreaterThan(0, "the budget refused nothing");
    }

    public static async Task ForceDelete(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var pod = (await cluster.DnsPods(cancellationToken))[0];
        run.Note(pod.Name, "deleted by force");
        await cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, "kube-system"), TimeSpan.Zero, cancellationToken);
        await Settled(cluster, cancellationToken);
    }

    public static async Task KillProcess(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var (pod, process) = (await NodeProcesses.OfDnsPods(cluster, cancellationToken))[0];
        run.Note(pod.Name, "process killed");
        var killed = await cluster.Engine.Exec(process.Node, ["sh", "-c", $"kill -9 {process.Id}"], cancellationToken);
        killed.Succeeded.ShouldBeTrue($"{pod.Name}: kill: {killed.Error}");
        await Restarted(cluster, pod, cancellationToken);
        run.Note(pod.Name, "process restarted");
        await Settled(cluster, cancellationToken);
    }

    /// <summary>The kubelet reports a dead process late: until then the pod is ready, and all of it seems to be over.</summary>
    internal static Task Restarted(LiveCluster cluster, Resource pod, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token => Restarts(await cluster.Require(ResourceKind.Pod.Named(pod.Name, "kube-system"), token))
            .ShouldBeGreaterThan(Restarts(pod), $"restarts of {pod.Name}"),
        "the kubelet restarts the killed process",
        cancellationToken);

    private static int Restarts(Resource pod) =>
        pod.Parts("status.containerStatuses").Sum(container => container.Number("restartCount") ?? 0);

    /// <summary>Cordons a node and evicts its pods, waiting for the PodDisruptionBudget like kubectl drain.</summary>
    public static async Task Drain(LiveCluster cluster, string node, DisruptionRun run, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Node.Named(node);
        var wasCordoned = (await cluster.Require(address, cancellationToken)).Flag("spec.unschedulable") == true;
        run.Note(node, "drain");
        await cluster.Api.Patch(address, JsonPath.Patch("spec.unschedulable", true), cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token =>
                {
                    var left = await Evictable(cluster, node, token);
                    foreach (var pod in left.Where(pod => pod.Text("metadata.deletionTimestamp") is null))
                    {
                        await cluster.Api.Evict(pod.Namespace!, pod.Name, token);
                    }

                    left.Select(pod => pod.Name).ShouldBeEmpty($"pods that {node} still has");
                },
                $"{node} is drained",
                cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }
        finally
        {
            if (!wasCordoned)
            {
                await cluster.Api.Patch(address, JsonPath.Patch("spec.unschedulable", null), CancellationToken.None);
            }
        }
    }

    /// <summary>Stops a node, and starts it again after its pods were replaced.</summary>
    public static async Task LoseNode(LiveCluster cluster, string node, bool atOnce, DisruptionRun run, CancellationToken cancellationToken)
    {
        run.Note(node, atOnce ? "killed" : "stopped", ClusterEventKind.NodeStopped);
        await (atOnce ? cluster.Engine.Kill(node, cancellationToken) : cluster.Engine.Stop(node, cancellationToken));
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token =>
                {
                    var slices = await cluster.Api.List(
                        ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token);
                    var ready = slices.SelectMany(slice => slice.Parts("endpoints"))
                        .Where(endpoint => endpoint.Flag("conditions.ready") == true).ToList();
                    ready.ShouldNotContain(endpoint => endpoint.Text("nodeName") == node, "the lost node's pod is still sent queries");
                    ready.Select(endpoint => endpoint.Text("targetRef.name")).Distinct().Count()
                        .ShouldBe(await Rollout.Replicas(cluster, token), "pods that serve");
                },
                "the pods of a lost node are replaced",
                cancellationToken);
        }
        finally
        {
            await cluster.Engine.Start(node, CancellationToken.None);
            run.Note(node, "started again");
        }
    }

    /// <summary>As kubectl drain --ignore-daemonsets: pods with a controller other than a DaemonSet.</summary>
    private static async Task<IReadOnlyList<Resource>> Evictable(LiveCluster cluster, string node, CancellationToken cancellationToken) =>
        [.. (await cluster.Api.List(ResourceKind.Pod, null, null, cancellationToken)).Where(pod =>
            pod.Text("spec.nodeName") == node && pod.Text("metadata.ownerReferences[0].kind") is { } owner
                && owner is not ("DaemonSet" or "Node"))];

    /// <summary>Removes the API server's manifest for 20 s: kubelets, kube-proxy and CoreDNS continue with their cached state.</summary>
    public static async Task StopApiServer(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Clusters.Nodes.IsControlPlane).Name;
        const string Manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
        await cluster.Engine.Exec(node, ["mv", Manifest, "/root/"], cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60), token => Silent(cluster, token), "the kubelet stops an API server whose manifest is gone",
                cancellationToken);
            run.Note(node, "API server down", ClusterEventKind.ApiServerDown);
            await Throughout.For(
                TimeSpan.FromSeconds(20), token => Silent(cluster, token), "the API server stays down while DNS is queried",
                cancellationToken);
        }
        finally
        {
            await cluster.Engine.Exec(node, ["mv", "/root/kube-apiserver.yaml", Manifest], CancellationToken.None);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(90), token => cluster.Api.Version(token), "the API server comes back with its manifest",
            cancellationToken);
        run.Note(node, "API server up", ClusterEventKind.ApiServerUp);
        await Settled(cluster, cancellationToken);
    }

    private static async Task Silent(LiveCluster cluster, CancellationToken cancellationToken)
    {
        string? version;
        try
        {
            version = await cluster.Api.Version(cancellationToken);
        }
        catch (KubernetesApiException)
        {
            version = null;
        }

        version.ShouldBeNull("the API server still answers");
    }

    /// <summary>All replicas are ready, and no pod is terminating.</summary>
    public static Task Settled(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var pods = await cluster.DnsPods(token);
            pods.Count.ShouldBe(await Rollout.Replicas(cluster, token), "pods, terminating ones included");
            pods.Where(pod => !Conditions.Holds(pod, "Ready")).Select(pod => Conditions.Say(pod, "Ready")).ShouldBeEmpty();
        },
        "all CoreDNS pods serve again after the disruption",
        cancellationToken);
}
