using System.Globalization;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Disruption", "DNS goes on through rollouts, drains and lost nodes (tasks 4.7 and 4.8)")]
public static partial class DisruptionCriterion
{
    [Row("Disruption.1", "A stopping pod leaves the Service before it stops answering",
        Sees = "lameduck of the health plugin against the termination grace period")]
    public static void Lameduck(RenderedCluster tree)
    {
        if (CorefilePlugins.Find(tree.Corefile, "health") is not { } health)
        {
            return; // AC4.1 tells that
        }

        var lameduck = health.Option("lameduck")?[0];
        lameduck.ShouldNotBeNull("without lameduck the process ends while kube-proxy still sends it queries");
        var seconds = int.Parse(lameduck.TrimEnd('s'), CultureInfo.InvariantCulture);
        seconds.ShouldBeGreaterThanOrEqualTo(10, "endpoints were seen to take up to 8 s to be gone on every node (kubernetes#129617)");
        tree.PodTemplate.Number("spec.terminationGracePeriodSeconds").ShouldNotBeNull().ShouldBeGreaterThan(
            seconds, "the kubelet would kill the process in the middle of its lameduck");
    }

    [Row("Disruption.2", "A rollout starts a new pod before it stops an old one", Sees = "the Deployment's rolling update")]
    public static void Surge(RenderedCluster tree) =>
        tree.Deployment.Text("spec.strategy.rollingUpdate.maxUnavailable").ShouldBe("0", "a rollout would take capacity away");

    [Row("Disruption.3", "Pods leave a lost node within a minute", Sees = "tolerationSeconds for not-ready and unreachable")]
    public static void LostNode(RenderedCluster tree)
    {
        foreach (var taint in new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" })
        {
            var toleration = tree.PodTemplate.Parts("spec.tolerations").FirstOrDefault(entry => entry.Text("key") == taint);
            toleration.ShouldNotBeNull($"without a toleration for {taint} the pod stays on the lost node for five minutes");
            toleration.Number("tolerationSeconds").ShouldNotBeNull().ShouldBeLessThanOrEqualTo(60);
        }
    }

    [Row("Disruption.4", "DNS pods are scheduled before workloads and not preempted by them", Sees = "the priority class")]
    public static void Priority(RenderedCluster tree) =>
        tree.PodTemplate.Text("spec.priorityClassName").ShouldBe("system-cluster-critical", "workloads could push the DNS pods out");
}
