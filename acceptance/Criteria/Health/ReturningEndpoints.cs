using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A pod has one state, and everything is restored, whatever Services and leaders do.</summary>
[ChecksOf(typeof(HealthCriterion))]
[Check("Health.17", "A pod that two Services judge differently has one state",
    "out while one of them finds that it fails, without further writes, and back when both find it well",
    Command = "kubectl --context {context} get pods -A -L dns.aikernel.io/serve")]
[Check("Health.18", "The next leader restores what a leader removed",
    "back after the leader's death, and after its Service stopped asking while nobody led",
    Command = "kubectl --context {context} -n kube-system get leases | grep dns-health-controller")]
[Check("Health.19", "Before the controller is switched off, a Job restores everything",
    "every label and gate as before, and Job dns-health-controller complete",
    Command = "kubectl --context {context} -n kube-system get job dns-health-controller")]
public static class ReturningEndpoints
{
    /// <summary>
    /// Versions of a removed pod in half a minute: its state at the removal, and some of the kubelet's own. Two Services that changed it
    /// alternately would make hundreds.
    /// </summary>
    private const int MostVersions = 5;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(30);

    [LiveCheck("Health.17",
        "two Services with the same gated pods, of which one asks for the health page and the other only connects; one page hangs: the " +
            "pod's gate and version for 30 s, the answers for both Services, and its return", Disruptive = true)]
    public static async Task OneState(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var asking = await Fleet.Deploy(cluster, "shared", 3, Fast, cancellationToken, RemovalMethod.ReadinessGate);
        var connecting = await asking.Also("shared-too", new Dictionary<string, string>(Fast) { ["scheme"] = "tcp" }, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, asking, connecting);
            var (pod, address) = (asking.Pods[0], Fleet.Address(asking.Pods[0]));
            await asking.Hang(pod, cancellationToken);
            foreach (var fleet in new[] { asking, connecting })
            {
                await follower.Until(
                    fleet, answers => !answers.Contains(address), Patience, $"{pod.Name} leaves DNS and stays out", cancellationToken);
            }

            var (left, versions) = (TimeProvider.System.GetUtcNow(), new HashSet<string?>());
            await Throughout.For(
                Watched,
                async token =>
                {
                    var now = await asking.Now(pod, token);
                    Gate(now).ShouldBe("False", "its gate is open again");
                    versions.Add(now.Text("metadata.resourceVersion"));
                },
                "it stays out while one Service finds that it fails",
                cancellationToken);
            EvidenceLog.Observed($"{versions.Count} versions of the pod in 30 s");
            versions.Count.ShouldBeLessThanOrEqualTo(MostVersions, "versions of the pod in 30 s: it is written again and again");
            foreach (var fleet in new[] { asking, connecting })
            {
                (await follower.From(left, fleet, cancellationToken))
                    .ShouldAllBe(line => !line.Answers.Contains(address), $"{fleet.Name} named it again");
            }

            await asking.Recover(pod, cancellationToken);
            foreach (var fleet in new[] { asking, connecting })
            {
                await follower.Until(
                    fleet, answers => answers.Contains(address), Patience, $"{pod.Name} comes back into DNS", cancellationToken);
            }
        }
        finally
        {
            await connecting.Remove();
            await asking.Remove();
        }
    }

    [LiveCheck("Health.18",
        "the answers while the leader's pod is deleted and a removed endpoint recovers; then the same with no instance at all, while its " +
            "Service stops asking for health checks", Disruptive = true)]
    public static async Task EverythingComesBack(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var instances = cluster.Tree.Definition.HealthController!.Replicas;
        var fleet = await Fleet.Deploy(cluster, "kept", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var pod = fleet.Pods[0];
            await Leaves(fleet, follower, pod, cancellationToken);
            var leader = await CheckedCluster.Holder(cluster, Fleet.Namespace, cancellationToken);
            await cluster.Api.Delete(ResourceKind.Pod.Named(leader, "kube-system"), TimeSpan.Zero, cancellationToken);
            await fleet.Recover(pod, cancellationToken);
            await ComesBack(fleet, follower, pod, "the next leader", cancellationToken);
            await CheckedCluster.RolledOut(cluster, cancellationToken);

            await Leaves(fleet, follower, pod, cancellationToken);
            await CheckedCluster.Scale(cluster, 0, cancellationToken);
            await fleet.StopAsking(cancellationToken);
            await CheckedCluster.Scale(cluster, instances, cancellationToken);
            await ComesBack(fleet, follower, pod, "a leader that finds its Service asking no more", cancellationToken);
        }
        finally
        {
            await fleet.Remove();
            await CheckedCluster.Scale(cluster, instances, CancellationToken.None);
        }
    }

    [LiveCheck("Health.19",
        "the delivery of the definition with healthController.release while a label and a gate keep pods out that still fail: Job, " +
            "answers, annotations, and that nothing leaves again, not even when the tree without the controller is delivered",
        Disruptive = true)]
    public static async Task Release(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        Fleet[] fleets =
        [
            await Fleet.Deploy(cluster, "freed", 3, Fast, cancellationToken),
            await Fleet.Deploy(cluster, "freed-gated", 3, Fast, cancellationToken, RemovalMethod.ReadinessGate),
        ];
        var released = cluster;
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleets);
            foreach (var fleet in fleets)
            {
                await Leaves(fleet, follower, fleet.Pods[0], cancellationToken);
            }

            released = await CheckedCluster.DeliverRelease(cluster, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(180),
                async token =>
                {
                    var job = await cluster.Require(CheckedCluster.ReleaseJob, token);
                    Conditions.Holds(job, "Complete")
                        .ShouldBeTrue($"active {job.Text("status.active")}, failed {job.Text("status.failed")}");
                },
                "the Job is complete",
                cancellationToken);
            foreach (var fleet in fleets)
            {
                await ComesBack(fleet, follower, fleet.Pods[0], "the Job, though it still fails", cancellationToken);
                (await fleet.Now(fleet.Pods[0], cancellationToken))
                    .Annotations.Keys.ShouldNotContain(Annotations.Removed, "the annotation outlived its reason");
            }

            // The next delivery removes the Job.
            await CommandOutput.Seen();
            var back = TimeProvider.System.GetUtcNow();
            await Eventually.Within(TimeSpan.FromSeconds(60), NoneRuns, "the controller's instances are gone", cancellationToken);
            await Throughout.For(TimeSpan.FromSeconds(10), NoneRuns, "no controller runs any more", cancellationToken);
            released = await CheckedCluster.DeliverWithout(released, cancellationToken);
            (await cluster.Api.Get(CheckedCluster.ReleaseJob, cancellationToken)).ShouldBeNull("the Job is left");
            foreach (var fleet in fleets)
            {
                (await follower.From(back, fleet, cancellationToken))
                    .ShouldAllBe(line => line.Answers.Count == 3, $"an endpoint of {fleet.Name} left DNS again");
            }
        }
        finally
        {
            foreach (var fleet in fleets)
            {
                await fleet.Remove();
            }

            await CheckedCluster.Deliver(released, coreDns: false, CancellationToken.None);
        }

        async Task NoneRuns(CancellationToken token) => (await CheckedCluster.Pods(cluster, token))
            .Where(pod => pod.Text("status.phase") is "Running" or "Pending").Select(pod => pod.Name).ShouldBeEmpty();
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Meddled("another client opens the gate", "Health.17", "stays out",
            pod => Gate(pod) is not "False" ? null : ("/status", Opened(pod))),
        Meddled("another client writes to the pod that is out", "Health.17", "versions of the pod",
            pod => Gate(pod) is not "False" ? null : ("", Annotated(pod, "example.com/seen", pod.Text("metadata.resourceVersion")))),
        Meddled("another client deletes the notes", "Health.18", "comes back by", WithoutNote),
        Meddled("another client deletes the notes before the release", "Health.19", "comes back by", WithoutNote),
    ];

    private static async Task Leaves(Fleet fleet, Follower follower, Resource pod, CancellationToken cancellationToken)
    {
        await fleet.Hang(pod, cancellationToken);
        await follower.Until(
            fleet, answers => !answers.Contains(Fleet.Address(pod)), Patience, $"{pod.Name} leaves DNS", cancellationToken);
    }

    private static Task ComesBack(Fleet fleet, Follower follower, Resource pod, string by, CancellationToken cancellationToken) =>
        follower.Until(
            fleet, answers => answers.Contains(Fleet.Address(pod)), Patience, $"{pod.Name} comes back by {by}", cancellationToken);

    /// <summary>Another client that reacts to each change of a workload's pod with its own patch.</summary>
    private static LiveSabotage Meddled(
        string name, string check, string expectedMessage, Func<Resource, (string Subresource, JsonObject Patch)?> answer)
    {
        var stop = new CancellationTokenSource();
        var meddling = Task.CompletedTask;
        return new LiveSabotage(
            name,
            check,
            expectedMessage,
            (cluster, _) =>
            {
                meddling = Meddle(cluster, stop.Token);
                return Task.CompletedTask;
            },
            async (_, _) =>
            {
                await stop.CancelAsync();
                await meddling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                stop.Dispose();
            });

        async Task Meddle(LiveCluster cluster, CancellationToken token)
        {
            await foreach (var change in cluster.Api.Watch(ResourceKind.Pod, Fleet.Namespace, null, token))
            {
                if (change.Kind == ResourceChangeKind.Deleted || answer(change.Resource) is not var (subresource, patch))
                {
                    continue;
                }

                try
                {
                    var address = ResourceKind.Pod.Named(change.Resource.Name + subresource, Fleet.Namespace);
                    await cluster.Api.Patch(address, patch, token);
                }
                catch (KubernetesApiException)
                {
                    // The pod is deleted; the next change gets a reaction.
                }
            }
        }
    }

    private static string? Gate(Resource pod) => pod.Parts("status.conditions")
        .FirstOrDefault(condition => condition.Text("type") == Annotations.GateCondition)?.Text("status");

    private static JsonObject Opened(Resource pod)
    {
        var conditions = pod.At("status.conditions")!.DeepClone().AsArray();
        conditions.Single(condition => (string?)condition!["type"] == Annotations.GateCondition)!["status"] = "True";
        return JsonPath.Patch("status.conditions", conditions);
    }

    private static (string Subresource, JsonObject Patch)? WithoutNote(Resource pod) =>
        pod.Annotations.ContainsKey(Annotations.Removed) ? ("", Annotated(pod, Annotations.Removed, null)) : null;

    private static JsonObject Annotated(Resource pod, string key, string? value) => new()
    {
        ["metadata"] = new JsonObject { ["uid"] = pod.Uid, ["annotations"] = new JsonObject { [key] = value } },
    };
}
