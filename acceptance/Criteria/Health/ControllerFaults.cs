using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The leader dies, the API server restarts, a node is lost: endpoints stay unchanged.</summary>
[ChecksOf(typeof(HealthCriterion))]
public static class ControllerFaults
{
    [LiveCheck("Health.7",
        "a removed endpoint while the leader is frozen and its pod force-deleted, so that it cannot release the Lease: another " +
            "instance holds the Lease within 15 s, no other answer changes, and the endpoint returns when it recovers", Disruptive = true)]
    public static async Task Succession(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "led", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var (pod, address) = (fleet.Pods[0], Fleet.Address(fleet.Pods[0]));
            await fleet.Hang(pod, cancellationToken);
            await follower.Until(fleet, answers => !answers.Contains(address), Patience, $"{pod.Name} leaves DNS", cancellationToken);

            var killed = await CheckedCluster.Holder(cluster, Fleet.Namespace, cancellationToken);
            await Freeze(cluster, killed, cancellationToken);
            var before = TimeProvider.System.GetUtcNow();
            var started = TimeProvider.System.GetTimestamp();
            await cluster.Api.Delete(ResourceKind.Pod.Named(killed, "kube-system"), TimeSpan.Zero, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token => (await CheckedCluster.Holder(cluster, Fleet.Namespace, token))
                    .ShouldNotBe(killed, "the dead leader still holds the Lease"),
                "another instance takes over",
                cancellationToken);
            TimeProvider.System.GetElapsedTime(started)
                .ShouldBeLessThan(
                    TimeSpan.FromSeconds(15) * Settings.SuiteSettings.Current.BudgetScale, "there was no leader for too long");
            await CheckedCluster.RolledOut(cluster, cancellationToken);
            (await follower.From(before, fleet, cancellationToken))
                .ShouldAllBe(line => line.Answers.Count == 2 && !line.Answers.Contains(address), "the change of leaders was seen in DNS");

            await fleet.Recover(pod, cancellationToken);
            await follower.Until(
                fleet, answers => answers.Contains(address), Patience, "the new leader restores what the old one removed",
                cancellationToken);
        }
        finally
        {
            await fleet.Remove();
        }
    }

    /// <summary>A stopped process does not handle SIGTERM, so the kubelet kills it.</summary>
    private static async Task Freeze(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        var pods = (await CheckedCluster.Pods(cluster, cancellationToken)).Where(pod => pod.Name == name).ToList();
        var (_, process) = (await NodeProcesses.Of(cluster, pods, CheckedCluster.Process, cancellationToken)).Single();
        var stopped = await cluster.Engine.Exec(
            process.Node, ["sh", "-c", $"kill -STOP {process.Id}"], cancellationToken);
        stopped.Succeeded.ShouldBeTrue(stopped.Error);
    }

    [LiveCheck("Health.8",
        "the answers while the API server is down and after it is back, and that an endpoint which fails then is removed",
        Disruptive = true)]
    public static async Task ApiServer(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Cluster.Capabilities.ApiServerIsStaticPod,
            "the API server can only be stopped by itself where it is a static pod of a node on this machine");
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "steady", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var before = TimeProvider.System.GetUtcNow();
            await Disturb.StopApiServer(cluster, new DisruptionRun(cluster), cancellationToken);
            await CheckedCluster.RolledOut(cluster, cancellationToken);
            (await follower.From(before, fleet, cancellationToken))
                .ShouldAllBe(line => line.Answers.Count == 3, "an endpoint left DNS because the API server was away");
            await FailureTimes.Of(fleet, follower, fleet.Pods[2], Patience, cancellationToken);
        }
        finally
        {
            await fleet.Remove();
        }
    }

    [LiveCheck("Health.14",
        "no query is lost while the controller starts to check kube-dns; then a node with a DNS pod is killed, and its endpoint is " +
            "gone within 5 s", Disruptive = true)]
    public static async Task CoreDnsUnderIt(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Cluster.Capabilities is { NodesAreContainers: true, WorkerNodes: >= 2 },
            "a node can only be lost where the nodes are containers on this machine");
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        try
        {
            var evidence = await new DisruptionRun(cluster).Measure(
                LossBudget.Zero, [], async (run, token) =>
                {
                    run.Note("kube-dns", "health controller starts to check it");
                    cluster = await CheckedCluster.Deliver(cluster, coreDns: true, token);
                },
                cancellationToken);
            evidence.Verdict.Breaches.ShouldBeEmpty("queries were lost while the controller started to check kube-dns");
            var service = await cluster.Require(ResourceKind.Service.Named("kube-dns", "kube-system"), cancellationToken);
            service.Map("spec.selector").GetValueOrDefault(Annotations.DefaultServeLabel).ShouldBe("true");
            await DeadNode(cluster, cancellationToken);
        }
        finally
        {
            await CheckedCluster.Deliver(cluster, coreDns: false, CancellationToken.None);
        }
    }

    private static async Task DeadNode(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var node = await LostNode.Choose(cluster, withLeader: false, cancellationToken);
        var took = await LostNode.Kill(cluster, node, cancellationToken);
        EvidenceLog.Observed(FormattableString.Invariant($"the endpoint on the dead node was gone after {took.TotalSeconds:0.0} s"));
        took.ShouldBeLessThan(
            TimeSpan.FromSeconds(5) * Settings.SuiteSettings.Current.BudgetScale, "a dead node's endpoint stayed in DNS for too long");
    }
}
