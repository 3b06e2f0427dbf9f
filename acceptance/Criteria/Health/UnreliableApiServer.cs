using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;
using static PlatformGitOps.Acceptance.Criteria.Health.HealthSabotages;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>
/// After a restore the API server accepts a watch from a future version, and reports nothing until it reaches that version. A controller
/// that only reopens its watches would keep old caches.
/// </summary>
[ChecksOf(typeof(HealthCriterion))]
[Check("Health.25", "After an etcd snapshot was restored, the controller checks what the cluster has now",
    "a Service of before and one made afterwards lose a failing endpoint and get it back, by instances that never restarted",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.24", "Behind a slow API server no Service loses its last endpoint", "one endpoint leaves DNS, the other stays",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
public static class UnreliableApiServer
{
    /// <summary>More changes than the cluster makes itself until the end of the check.</summary>
    private const int LostChanges = 5000;

    private const int ChangesAtOnce = 32;

    private const string Restart =
        "systemctl restart kubelet && crictl ps --quiet --name '^kube-(controller-manager|scheduler)$' | xargs -r crictl stop";

    [LiveCheck("Health.25",
        "a snapshot of etcd, 5,000 changes, the restore, and a restart of all other clients: failure and recovery of an endpoint of a " +
            "Service from before, and of one made after the restore", Disruptive = true)]
    public static async Task RestoredEtcd(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Cluster.Capabilities.ApiServerIsStaticPod,
            "etcd can only be restored where it and the API server are static pods of a node on this machine");
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var old = await Fleet.Deploy(cluster, "from-before", 3, Fast, cancellationToken);
        Fleet? young = null;
        try
        {
            var snapshot = await EtcdSnapshot.Take(cluster, cancellationToken);
            var instances = await Instances(cluster, cancellationToken);
            var seen = await Change(cluster, LostChanges, cancellationToken);
            await snapshot.Restore(cancellationToken);
            await RestartOthers(cluster, cancellationToken);
            young = await Fleet.Deploy(cluster, "from-after", 3, Fast, cancellationToken);
            await using var follower = await Follower.Start(cluster, cancellationToken, old, young);
            foreach (var fleet in new[] { old, young })
            {
                var failure = await FailureTimes.Of(fleet, follower, fleet.Pods[0], Patience, cancellationToken);
                EvidenceLog.Observed($"{fleet.Name}, {failure}");
            }

            (await Instances(cluster, cancellationToken)).ShouldBe(instances, "the controller's containers restarted");
            var now = await Change(cluster, 1, cancellationToken);
            EvidenceLog.Observed($"versions before the restore up to {seen}, now {now}");
            cluster.Needs(now < seen, $"the cluster has caught up with version {seen} of before the restore: the row showed nothing");
        }
        finally
        {
            await old.Remove();
            await (young?.Remove() ?? Task.CompletedTask);
            await cluster.Api.Delete(Counter, null, CancellationToken.None);
        }
    }

    private static ResourceAddress Counter { get; } = ResourceKind.ConfigMap.Named("changes", Fleet.Namespace);

    /// <summary>Changes an object this often, and returns the last version.</summary>
    private static async Task<long> Change(LiveCluster cluster, int times, CancellationToken cancellationToken)
    {
        await cluster.Api.Apply(
            ResourceKind.ConfigMap, new Resource(Live.Pods.Manifest("ConfigMap", Counter.Name, Fleet.Namespace, null)), cancellationToken);
        var versions = new ConcurrentBag<long>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = ChangesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, times, options, async (i, token) =>
        {
            var data = new JsonObject { ["data"] = new JsonObject { ["change"] = Guid.NewGuid().ToString() } };
            var changed = await cluster.Api.Patch(Counter, data, token);
            versions.Add(long.Parse(changed.Text("metadata.resourceVersion")!, CultureInfo.InvariantCulture));
        });
        return versions.Max();
    }

    /// <summary>The id of each container, which a restart changes.</summary>
    private static async Task<IReadOnlyList<string>> Instances(LiveCluster cluster, CancellationToken cancellationToken) =>
        [.. (await CheckedCluster.Pods(cluster, cancellationToken))
            .Select(pod => $"{pod.Name} {pod.Text("status.containerStatuses[0].containerID")}").Order(StringComparer.Ordinal)];

    /// <summary>
    /// The restarts that Kubernetes' documentation requires after a restore: kubelets, control plane, and the pods of every client except
    /// the controller. Workloads are not clients.
    /// </summary>
    private static async Task RestartOthers(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var node in await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))
        {
            var restarted = await cluster.Engine.Exec(node.Name, ["sh", "-c", Restart], cancellationToken);
            restarted.Succeeded.ShouldBeTrue($"{node.Name}: {restarted.Error}");
        }

        foreach (var pod in await cluster.Api.List(ResourceKind.Pod, null, null, cancellationToken))
        {
            if (pod.Namespace != Fleet.Namespace && pod.Labels.GetValueOrDefault("app.kubernetes.io/name") != CheckedCluster.Name)
            {
                await cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, pod.Namespace), null, cancellationToken);
            }
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(180),
            async token => (await cluster.Api.List(ResourceKind.Pod, null, null, token))
                .Where(pod => !Conditions.Holds(pod, "Ready") || pod.Text("metadata.deletionTimestamp") is not null)
                .Select(pod => pod.Name).ShouldBeEmpty("they are not ready"),
            "every pod runs again",
            cancellationToken);
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("it may not patch pods", "Health.24", "one of two endpoints leaves DNS",
            ControllerRole, "rules", rules => Without(rules, "pods", "patch")),
        Patched("it may not list pods again", "Health.25", "leaves DNS",
            ControllerRole, "rules", rules => Without(rules, "pods", "list")),
    ];

    // A write counts from the time it is sent, however late the API server answers and its watches report it.

    /// <summary>Shorter than the renewal deadline of the Lease, so that the leader stays the leader.</summary>
    private const string Pauses = """
        for process in /proc/[0-9]*; do
          if [ "$(cat "$process/comm" 2>/dev/null)" = kube-apiserver ]; then server=${process#/proc/}; fi
        done
        trap 'kill -CONT "$server"' EXIT
        for turn in $(seq 20); do kill -STOP "$server"; sleep 1.5; kill -CONT "$server"; sleep 0.5; done
        """;

    [LiveCheck("Health.24",
        "a Service with two endpoints that fail together, while the API server is stopped for 1.5 s of every 2 s, beside two Services " +
            "that are well: the answers for 40 s, and both endpoints after their recovery", Disruptive = true)]
    public static async Task SlowServer(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Cluster.Capabilities.ApiServerIsStaticPod,
            "the API server can only be stopped by itself where it is a static pod of a node on this machine");
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "late", 2, Fast, cancellationToken);
        // Without them all endpoints would fail at once, which the partition guard prevents.
        Fleet[] well =
        [
            await Fleet.Deploy(cluster, "well", 2, Fast, cancellationToken),
            await Fleet.Deploy(cluster, "well-too", 2, Fast, cancellationToken),
        ];
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Clusters.Nodes.IsControlPlane).Name;
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var since = TimeProvider.System.GetUtcNow();
            foreach (var pod in fleet.Pods)
            {
                await fleet.Hang(pod, cancellationToken);
            }

            var paused = await cluster.Engine.Exec(node, ["bash", "-e", "-c", Pauses], cancellationToken);
            paused.Succeeded.ShouldBeTrue(paused.Error);
            await follower.Until(fleet, answers => answers.Count == 1, Patience, "one of two endpoints leaves DNS", cancellationToken);
            var lines = await follower.From(since, fleet, cancellationToken);
            EvidenceLog.Observed($"{lines.Count} answers of the DNS pods, with {lines.Min(line => line.Answers.Count)} endpoints at least");
            lines.ShouldAllBe(line => line.Answers.Count > 0, "the Service lost its last endpoint");

            foreach (var pod in fleet.Pods)
            {
                await fleet.Recover(pod, cancellationToken);
            }

            await follower.Until(fleet, answers => answers.Count == 2, Patience, "both endpoints are back", cancellationToken);
        }
        finally
        {
            foreach (var one in well.Append(fleet))
            {
                await one.Remove();
            }
        }
    }
}
