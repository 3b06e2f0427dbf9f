using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Acceptance.Criteria.Health;

public static partial class HealthCriterion
{
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
