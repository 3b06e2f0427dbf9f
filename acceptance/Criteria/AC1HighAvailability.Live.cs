using PlatformGitOps.Acceptance.Criteria.Live;
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
            (await cluster.DnsPods(token)).Count(pod => Conditions.Holds(pod, "Ready")).ShouldBe(replicas, "ready pods");
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
        cluster.Needs(cluster.Cluster.Capabilities.WorkerNodes >= 2, "a spread can only be seen on two nodes or more");
        for (var rollout = 0; rollout <= 3; rollout++)
        {
            if (rollout > 0)
            {
                await Rollout.Restart(cluster, cancellationToken);
            }

            var nodes = (await cluster.StayingDnsPods(cancellationToken))
                .Select(pod => pod.Text("spec.nodeName")).ToList();
            nodes.ShouldBeUnique($"after {rollout} rollouts two pods share a node: {string.Join(", ", nodes)}");
        }
    }
}
