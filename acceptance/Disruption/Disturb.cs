using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What is done to a cluster while the probers ask.</summary>
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
        foreach (var wanted in new[] { replicas + 1, replicas })
        {
            run.Note("coredns", string.Create(CultureInfo.InvariantCulture, $"scaled to {wanted}"));
            await cluster.Api.Patch(Deployment, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = wanted } }, cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }

        await Settled(cluster, cancellationToken);
    }

    /// <summary>A change of the Corefile alone: every pod takes it up by itself, through the reload plugin.</summary>
    public static async Task ChangeCorefile(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var before = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
        run.Note("coredns", "Corefile changed");
        await Write(cluster, "# changed\n" + before, cancellationToken);
        try
        {
            foreach (var pod in await cluster.DnsPods(cancellationToken))
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(150),
                    async token => (await cluster.Api.Logs("kube-system", pod.Name, null, false, token)).ShouldContain("Reloading complete"),
                    $"{pod.Name} takes the changed Corefile up: the kubelet brings it within a minute, the reload plugin looks every half",
                    cancellationToken);
                run.Note(pod.Name, "reloaded");
            }
        }
        finally
        {
            await Write(cluster, before, CancellationToken.None);
        }
    }

    /// <summary>Cordons a node and evicts what a drain evicts, waiting for the budget as kubectl drain does.</summary>
    public static async Task Drain(LiveCluster cluster, string node, DisruptionRun run, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Node.Named(node);
        run.Note(node, "drain");
        await cluster.Api.Patch(address, new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } }, cancellationToken);
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
            await cluster.Api.Patch(address, new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = null } }, CancellationToken.None);
        }
    }

    /// <summary>Every eviction that the budget lets through, for half a minute.</summary>
    public static async Task EvictionStorm(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var (evicted, refused) = (0, 0);
        run.Note("coredns", "eviction storm");
        while (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30))
        {
            foreach (var pod in (await cluster.DnsPods(cancellationToken)).Where(pod => pod.Text("metadata.deletionTimestamp") is null))
            {
                var went = await cluster.Api.Evict("kube-system", pod.Name, cancellationToken);
                (evicted, refused) = went ? (evicted + 1, refused) : (evicted, refused + 1);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }

        run.Note("coredns", string.Create(CultureInfo.InvariantCulture, $"{evicted} evictions went through, {refused} were refused"));
        refused.ShouldBeGreaterThan(0, "the budget refused nothing");
        await Settled(cluster, cancellationToken);
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
        await cluster.Engine.Exec(
            process.Node, ["sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -9 {process.Id}")], cancellationToken);
        await Settled(cluster, cancellationToken);
    }

    /// <summary>Takes a node away and brings it back after the cluster has helped itself.</summary>
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
                    var slices = await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token);
                    var ready = slices.SelectMany(slice => slice.Parts("endpoints")).Where(endpoint => endpoint.Flag("conditions.ready") == true).ToList();
                    ready.ShouldNotContain(endpoint => endpoint.Text("nodeName") == node, "the lost node's pod is still sent queries");
                    ready.Select(endpoint => endpoint.Text("targetRef.name")).Distinct().Count().ToString(CultureInfo.InvariantCulture)
                        .ShouldBe(cluster.Tree.Settings["COREDNS_REPLICAS"], "pods that serve");
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

    /// <summary>Takes the API server's manifest away for half a minute: kubelets, kube-proxy and CoreDNS go on with what they know.</summary>
    public static async Task StopApiServer(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Clusters.Nodes.IsControlPlane).Name;
        const string Manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
        await cluster.Engine.Exec(node, ["mv", Manifest, "/root/"], cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    var answers = true;
                    try
                    {
                        await cluster.Api.Version(token);
                    }
                    catch (Ports.KubernetesApiException)
                    {
                        answers = false;
                    }

                    answers.ShouldBeFalse("the API server still answers");
                },
                "the kubelet stops an API server whose manifest is gone",
                cancellationToken);
            run.Note(node, "API server down", ClusterEventKind.ApiServerDown);
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, cancellationToken);
        }
        finally
        {
            await cluster.Engine.Exec(node, ["mv", "/root/kube-apiserver.yaml", Manifest], CancellationToken.None);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(90), token => cluster.Api.Version(token), "the API server comes back with its manifest", cancellationToken);
        run.Note(node, "API server up", ClusterEventKind.ApiServerUp);
        await Settled(cluster, cancellationToken);
    }

    /// <summary>All replicas serve again, and no pod is still ending.</summary>
    private static Task Settled(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var pods = await cluster.DnsPods(token);
            pods.Count.ToString(CultureInfo.InvariantCulture).ShouldBe(cluster.Tree.Settings["COREDNS_REPLICAS"], "pods, those that are ending included");
            pods.Where(pod => !Conditions.Holds(pod, "Ready")).Select(pod => Conditions.Say(pod, "Ready")).ShouldBeEmpty();
        },
        "CoreDNS is whole again after the disruption",
        cancellationToken);

    private static Task Write(LiveCluster cluster, string corefile, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Configuration, new JsonObject { ["data"] = new JsonObject { ["Corefile"] = corefile } }, cancellationToken);

    /// <summary>As kubectl drain --ignore-daemonsets: pods with a controller that is no DaemonSet.</summary>
    private static async Task<IReadOnlyList<Resource>> Evictable(LiveCluster cluster, string node, CancellationToken cancellationToken) =>
        [.. (await cluster.Api.List(ResourceKind.Pod, null, null, cancellationToken)).Where(pod =>
            pod.Text("spec.nodeName") == node && pod.Text("metadata.ownerReferences[0].kind") is { } owner && owner is not ("DaemonSet" or "Node"))];
}
