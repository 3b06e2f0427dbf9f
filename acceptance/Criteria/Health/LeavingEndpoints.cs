using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.ControllerInTree;
using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A failing endpoint leaves DNS and returns, with each removal method; the guards prevent further removals.</summary>
[ChecksOf(typeof(HealthCriterion))]
public static class LeavingEndpoints
{
    private static readonly Dictionary<string, string> Default = [];

    [LiveCheck(
        "Health.1", "the running instances, the Lease of each shard, and which instance reports that it is its leader", Disruptive = true)]
    public static async Task TwoInstances(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token =>
            {
                var pods = await CheckedCluster.Pods(cluster, token);
                pods.Count.ShouldBe(2, "instances");
                if (cluster.Cluster.Capabilities.WorkerNodes >= 2)
                {
                    pods.Select(pod => pod.Text("spec.nodeName")).ShouldBeUnique("both instances are on one node");
                }

                var leaders = await CheckedCluster.Leaders(cluster, token);
                foreach (var (shard, lease) in CheckedCluster.Leases(cluster).Index())
                {
                    leaders[shard].Select(pod => pod.Name).ShouldBe([await CheckedCluster.HolderOf(cluster, lease, token)],
                        $"the leaders are not the instance that holds the Lease {lease}");
                }
            },
            "one of two instances is the leader of each shard",
            cancellationToken);
    }

    [LiveCheck("Health.2",
        "the answers of every DNS pod, twenty times a second: from the moment that a health page hangs, with default settings under " +
            "30 s, in the fast profile under 5 s", Disruptive = true)]
    public static async Task OutAndBack(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        await EndpointFailure.OutAndBack(
            cluster, "slow", Default, new FleetShape(RemovalMethod.ServeLabel), TimeSpan.FromSeconds(30), cancellationToken);
        await EndpointFailure.OutAndBack(cluster, "fast", Fast, new FleetShape(RemovalMethod.ServeLabel), FastBar, cancellationToken);
    }

    [LiveCheck("Health.3", "the same for pods that declare the gate, in the fast profile", Disruptive = true)]
    public static async Task Gate(LiveCluster live, CancellationToken cancellationToken) =>
        await EndpointFailure.OutAndBack(
            await CheckedCluster.Of(live, cancellationToken), "gated", Fast, new FleetShape(RemovalMethod.ReadinessGate), FastBar,
            cancellationToken);

    [LiveCheck("Health.4", "the same for a Service that lists its addresses, in the fast profile", Disruptive = true)]
    public static async Task Slices(LiveCluster live, CancellationToken cancellationToken) =>
        await EndpointFailure.OutAndBack(
            await CheckedCluster.Of(live, cancellationToken), "listed", Fast, new FleetShape(RemovalMethod.EndpointSlices), FastBar,
            cancellationToken);

    [LiveCheck("Health.5",
        "two Services of three endpoints that stop answering together: their answers and labels for 20 s, and the Event RemovalHeldBack",
        Disruptive = true)]
    public static async Task Panic(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        cluster.Needs(cluster.Cluster.Capabilities.WorkerNodes >= 2, "failures on one node alone count as a dead node");
        var one = await Fleet.Deploy(cluster, "panic-one", 3, Fast, cancellationToken);
        var two = await Fleet.Deploy(cluster, "panic-two", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, one, two);
            var pods = one.Pods.Select(pod => (Fleet: one, Pod: pod)).Concat(two.Pods.Select(pod => (Fleet: two, Pod: pod))).ToList();
            var moments = await Task.WhenAll(pods.Select(entry => entry.Fleet.Hang(entry.Pod, cancellationToken)));
            await Throughout.For(
                TimeSpan.FromSeconds(20),
                async token =>
                {
                    foreach (var (fleet, pod) in pods)
                    {
                        Fleet.Serves(await fleet.Now(pod, token)).ShouldBeTrue($"{pod.Name} was removed while everything fails");
                    }
                },
                "no endpoint is removed",
                cancellationToken);
            foreach (var fleet in new[] { one, two })
            {
                (await follower.From(moments.Min(), fleet, cancellationToken))
                    .ShouldAllBe(line => line.Answers.Count == 3, $"answers for {fleet.Name} lost an endpoint");
                (await fleet.Events(cancellationToken))
                    .ShouldContain(
                        entry => entry.Text("reason") == "RemovalHeldBack", $"no Event says that removals of {fleet.Name} are held back");
            }
        }
        finally
        {
            await one.Remove();
            await two.Remove();
        }
    }

    [LiveCheck("Health.6",
        "a Service that selects the label but has no annotation: one of its endpoints stops answering, as does one of a Service with " +
            "the annotation", Disruptive = true)]
    public static async Task OnlyThoseThatAsk(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var silent = await Fleet.Deploy(cluster, "silent", 3, null, cancellationToken);
        var asking = await Fleet.Deploy(cluster, "asking", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, silent, asking);
            var since = await silent.Hang(silent.Pods[0], cancellationToken);
            await asking.Hang(asking.Pods[0], cancellationToken);
            await follower.Until(
                asking, answers => !answers.Contains(Fleet.Address(asking.Pods[0])), Patience, "the controller removes the other endpoint",
                cancellationToken);
            await Throughout.For(
                TimeSpan.FromSeconds(10),
                async token => Fleet.Serves(await silent.Now(silent.Pods[0], token))
                    .ShouldBeTrue("an endpoint of a Service without the annotation was removed"),
                "the other Service stays as it is",
                cancellationToken);
            (await follower.From(since, silent, cancellationToken))
                .ShouldAllBe(line => line.Answers.Count == 3, "answers for the Service without the annotation");
            (await silent.Events(cancellationToken))
                .ShouldNotContain(entry => entry.Text("reportingComponent") == Name, "Events about a Service without the annotation");
        }
        finally
        {
            await silent.Remove();
            await asking.Remove();
        }
    }
}
