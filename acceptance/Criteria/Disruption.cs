using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Sabotage;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Disruption", "DNS continues through rollouts, drains and lost nodes (tasks 4.7 and 4.8)")]
[Check("Disruption.1", "A terminating pod leaves the Service before it stops answering",
    "lameduck of at least 10 s, shorter than the grace period",
    Command = "kubectl --context {context} -n kube-system get configmap coredns -o yaml | grep lameduck")]
[Check("Disruption.2", "A rollout starts a new pod before it stops an old one", "maxUnavailable: 0",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.spec.strategy}")]
[Check("Disruption.3", "Pods leave a lost node within a minute", "tolerationSeconds of at most 60",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.spec.template.spec.tolerations}")]
[Check("Disruption.4", "DNS pods are scheduled before workloads and not preempted by them", "priorityClassName: system-cluster-critical",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.spec.template.spec.priorityClassName}")]
[Check("Disruption.5", "No query fails during a rolling restart", "0 failed queries",
    Command = "kubectl --context {context} -n kube-system rollout restart deployment coredns")]
[Check("Disruption.6", "No query fails while the Deployment is scaled up and down", "0 failed queries",
    Command = "kubectl --context {context} -n kube-system scale deployment coredns --replicas=3")]
[Check("Disruption.7", "No query fails while the Corefile changes", "0 failed queries",
    Command = "kubectl --context {context} -n kube-system edit configmap coredns")]
[Check("Disruption.8", "No query fails while each node with a DNS pod is drained in turn", "0 failed queries",
    Command = "kubectl --context {context} drain <node> --ignore-daemonsets --delete-emptydir-data")]
[Check("Disruption.9", "No query fails during an eviction storm", "0 failed queries, and the budget refuses an eviction",
    Command = "kubectl --context {context} drain <node> --ignore-daemonsets --delete-emptydir-data")]
[Check("Disruption.10", "No query fails while the API server is down", "0 failed queries",
    Command = "docker stop <control-plane node>")]
[Check("Disruption.11", "A force-deleted pod costs at most 5 s", "lost time of at most 5 s",
    Command = "kubectl --context {context} -n kube-system delete pod <pod> --force --grace-period=0")]
[Check("Disruption.12", "A killed CoreDNS process costs at most 10 s", "lost time of at most 10 s",
    Command = "docker exec <node> pkill -9 coredns")]
[Check("Disruption.13", "A stopped node costs at most 90 s", "lost time of at most 90 s",
    Command = "docker stop <node>")]
[Check("Disruption.14", "A killed node costs at most 90 s", "lost time of at most 90 s",
    Command = "docker kill <node>")]
public static partial class DisruptionCriterion
{
    [StaticCheck("Disruption.1", "lameduck of the health plugin against the termination grace period")]
    public static void Lameduck(RenderedCluster tree)
    {
        if (tree.Plugins.FirstOrDefault(plugin => plugin.Name == "health") is not { } health)
        {
            return; // AC4.1 reports that.
        }

        var lameduck = health.Option("lameduck")?[0];
        lameduck.ShouldNotBeNull("without lameduck the process ends while kube-proxy still sends it queries");
        var seconds = int.Parse(lameduck.TrimEnd('s'), CultureInfo.InvariantCulture);
        seconds.ShouldBeGreaterThanOrEqualTo(10, "endpoints were seen to take up to 8 s to be gone on every node (kubernetes#129617)");
        tree.Values.Number("terminationGracePeriodSeconds").ShouldNotBeNull().ShouldBeGreaterThan(
            seconds, "the kubelet would kill the process in the middle of its lameduck");
    }

    [StaticCheck("Disruption.2", "rollingUpdate of the release")]
    public static void Surge(RenderedCluster tree) =>
        tree.Values.Text("rollingUpdate.maxUnavailable").ShouldBe("0", "a rollout would take capacity away");

    [StaticCheck("Disruption.3", "tolerationSeconds of the release for not-ready and unreachable")]
    public static void LostNode(RenderedCluster tree)
    {
        foreach (var taint in new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" })
        {
            var toleration = tree.Values.Parts("tolerations").FirstOrDefault(entry => entry.Text("key") == taint);
            toleration.ShouldNotBeNull($"without a toleration for {taint} the pod stays on the lost node for five minutes");
            toleration.Number("tolerationSeconds").ShouldNotBeNull().ShouldBeLessThanOrEqualTo(60);
        }
    }

    [StaticCheck("Disruption.4", "priorityClassName of the release")]
    public static void Priority(RenderedCluster tree) =>
        tree.Values.Text("priorityClassName").ShouldBe("system-cluster-critical", "workloads could push the DNS pods out");

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("no lameduck", "Disruption.1", "without lameduck", tree => tree.Plugin("health", plugin => plugin.Remove("configBlock"))),
        new("lameduck longer than the grace period", "Disruption.1", "in the middle of its lameduck",
            tree => tree.Value("terminationGracePeriodSeconds", 10)),
        new("the chart's rolling update", "Disruption.2", "take capacity away", tree => tree.Value("rollingUpdate", null)),
        new("five minutes on a lost node", "Disruption.3", "stays on the lost node", tree => tree.Value("tolerations", new JsonArray())),
        new("no priority", "Disruption.4", "push the DNS pods out", tree => tree.Value("priorityClassName", null)),
    ];
}
