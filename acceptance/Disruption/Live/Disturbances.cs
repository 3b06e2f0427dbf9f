using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>What is done to a cluster while it is probed; each leaves it as it was.</summary>
public static class Disturbances
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    private static readonly ResourceAddress Corefile = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    public static async Task Restart(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        measurement.Doing("kubectl -n kube-system rollout restart deployment coredns");
        await Rollout.Restart(cluster, cancellationToken);
        measurement.Saw(ClusterEventKind.Action, "rollout is complete");
    }

    public static async Task Scale(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas")!.Value;
        foreach (var wanted in new[] { replicas + 1, replicas })
        {
            measurement.Doing($"kubectl -n kube-system scale deployment coredns --replicas {wanted}");
            await cluster.Api.Patch(Deployment, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = wanted } }, cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }
    }

    /// <summary>The reload plugin looks every 30 s, after the kubelet has brought the new file, which can take a minute.</summary>
    public static async Task ChangeCorefile(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var original = (await cluster.Require(Corefile, cancellationToken)).Text("data.Corefile")!;
        var before = await LoadedCorefiles(cluster, cancellationToken);
        try
        {
            measurement.Doing("kubectl -n kube-system edit configmap coredns");
            await Write(original + "\n# a change that means nothing\n");
            await Eventually.Within(
                TimeSpan.FromSeconds(180),
                async token => (await LoadedCorefiles(cluster, token)).Where(pod => pod.Value is null || pod.Value == before.GetValueOrDefault(pod.Key))
                    .Select(pod => pod.Key).ShouldBeEmpty("pods that still run the old Corefile"),
                "every pod loads the changed Corefile",
                cancellationToken);
            measurement.Saw(ClusterEventKind.Action, "every pod has loaded the change");
        }
        finally
        {
            await Write(original);
        }

        Task Write(string text) => cluster.Api.Patch(
            Corefile, new JsonObject { ["data"] = new JsonObject { ["Corefile"] = text } }, CancellationToken.None);
    }

    public static async Task Drain(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var pods = await cluster.DnsPods(cancellationToken);
        foreach (var node in pods.Select(pod => pod.Text("spec.nodeName")!).Distinct().Order(StringComparer.Ordinal))
        {
            measurement.Doing($"kubectl drain {node} --ignore-daemonsets --delete-emptydir-data");
            await Cordon(cluster, node, cordoned: true, cancellationToken);
            try
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(180),
                    async token =>
                    {
                        foreach (var pod in (await cluster.DnsPods(token)).Where(p => p.Text("spec.nodeName") == node && p.Text("metadata.deletionTimestamp") is null))
                        {
                            (await cluster.Api.Evict("kube-system", pod.Name, token)).ShouldBeTrue($"the budget holds {pod.Name} back");
                        }

                        (await cluster.DnsPods(token)).Select(p => p.Text("spec.nodeName")).ShouldNotContain(node, "DNS pods that are still leaving");
                    },
                    $"{node} is drained",
                    cancellationToken);
                await Rollout.Done(cluster, cancellationToken);
            }
            finally
            {
                await Cordon(cluster, node, cordoned: false, CancellationToken.None);
            }

            measurement.Doing($"kubectl uncordon {node}");
        }
    }

    /// <summary>Everything is evicted again and again, as by several drains at once.</summary>
    public static async Task EvictAll(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var refused = 0;
        for (var round = 1; round <= 20; round++)
        {
            foreach (var pod in await cluster.DnsPods(cancellationToken))
            {
                var evicted = await cluster.Api.Evict("kube-system", pod.Name, cancellationToken);
                refused += evicted ? 0 : 1;
                if (evicted && pod.Text("metadata.deletionTimestamp") is null)
                {
                    measurement.Doing($"evict {pod.Name}");
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        }

        refused.ShouldBeGreaterThan(0, "the budget let every eviction pass");
        await Rollout.Done(cluster, cancellationToken);
    }

    public static async Task ForceDelete(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var pod = (await cluster.DnsPods(cancellationToken))[0].Name;
        measurement.Doing($"kubectl -n kube-system delete pod {pod} --force --grace-period 0");
        await cluster.Api.Delete(ResourceKind.Pod.Named(pod, "kube-system"), TimeSpan.Zero, cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }

    public static async Task Cordon(LiveCluster cluster, string node, bool cordoned, CancellationToken cancellationToken) => await cluster.Api.Patch(
        ResourceKind.Node.Named(node), new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = cordoned ? true : null } }, cancellationToken);

    /// <summary>
    /// Pod to <c>coredns_reload_version_info{hash="sha512",value="..."}</c>: the Corefile that runs, not the one that lies on the disk.
    /// CoreDNS gives the series from its first reload on; null until then.
    /// </summary>
    private static async Task<IReadOnlyDictionary<string, string?>> LoadedCorefiles(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<string, string?>();
        foreach (var pod in await cluster.DnsPods(cancellationToken))
        {
            var metrics = await cluster.Api.GetFromPod("kube-system", pod.Name, 9153, "/metrics", cancellationToken);
            loaded[pod.Name] = metrics.Body.Split('\n').FirstOrDefault(line => line.StartsWith("coredns_reload_version_info", StringComparison.Ordinal));
        }

        return loaded;
    }
}
