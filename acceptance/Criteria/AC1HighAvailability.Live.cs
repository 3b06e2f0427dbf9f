using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC1HighAvailability
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    [LiveCheck("AC1.1", "available replicas of the Deployment, and as many ready pods behind it")]
    public static Task Replicas(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async token =>
        {
            var deployment = await cluster.Require(Deployment, token);
            var replicas = await Rollout.Replicas(cluster, token);
            deployment.Number("status.availableReplicas")
                .ShouldBe(replicas, $"status.availableReplicas: {Conditions.Say(deployment, "Available")}");
            (await cluster.StayingDnsPods(token)).Count(pod => Conditions.Holds(pod, "Ready")).ShouldBe(replicas, "ready pods");
        },
        "all replicas of the settings serve",
        cancellationToken);

    [LiveCheck("AC1.2", "the budget's status counts the DNS pods; evicting them all at once is refused for the last", Disruptive = true)]
    public static async Task Budget(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await Replicas(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token =>
            {
                var budget = await cluster.Require(ResourceKind.PodDisruptionBudget.Named("coredns-pdb", "kube-system"), token);
                budget.Number("status.expectedPods").ShouldBe(await Rollout.Replicas(cluster, token), "pods that the budget counts");
                budget.Number("status.disruptionsAllowed").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(1, "a drain would never finish");
            },
            "the budget counts the pods that run",
            cancellationToken);

        var evicted = new List<bool>();
        foreach (var pod in await cluster.StayingDnsPods(cancellationToken))
        {
            evicted.Add(await cluster.Api.Evict("kube-system", pod.Name, cancellationToken));
        }

        evicted.ShouldContain(true, "no pod can be evicted");
        evicted.ShouldContain(false, "all pods were evicted at once: the budget protects none");
        await Replicas(cluster, cancellationToken);
    }

    [LiveCheck("AC1.3", "the nodes of the pods, at first and after each of three rollouts", Disruptive = true)]
    public static async Task Spread(LiveCluster cluster, CancellationToken cancellationToken)
    {
        EvidenceLog.Applies(cluster.Cluster.Capabilities.WorkerNodes >= 2 ? null : "one node alone may have pods: nothing can spread");
        for (var rollout = 0; rollout <= 3; rollout++)
        {
            if (rollout > 0)
            {
                await Rollout.Restart(cluster, cancellationToken);
            }

            var pods = await cluster.StayingDnsPods(cancellationToken);
            var nodes = pods.Select(pod => pod.Text("spec.nodeName")).ToList();
            var open = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).Count(node => MayHave(node, pods[0]));
            // An autoscaler may want more pods than there are nodes.
            nodes.GroupBy(node => node).ShouldAllBe(
                group => group.Count() <= (pods.Count + open - 1) / open,
                $"after {rollout} rollouts two pods share a node: {string.Join(", ", nodes)}");
        }
    }

    /// <summary>Whether the scheduler may place the pod there, as far as taints go.</summary>
    private static bool MayHave(Resource node, Resource pod) => node.Parts("spec.taints")
        .Where(taint => taint.Text("effect") is "NoSchedule" or "NoExecute")
        .All(taint => pod.Parts("spec.tolerations").Any(one =>
            (one.Text("key") is null || one.Text("key") == taint.Text("key"))
            && (one.Text("effect") is null || one.Text("effect") == taint.Text("effect"))
            && (one.Text("operator") == "Exists" || (one.Text("value") ?? "") == (taint.Text("value") ?? ""))));
}
