using PlatformGitOps.Acceptance.Criteria.Policies;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC5", "Pods run without root, without a writable root and with no capability but the one the image needs; policies let DNS in and nothing else")]
public static partial class AC5Security
{
    [Row("AC5.1", "Pod runs as non-root", Sees = "runAsNonRoot with a user number, which the kubelet needs because the image only names its user")]
    public static void NonRoot(RenderedCluster tree)
    {
        Effective(tree, "runAsNonRoot").ShouldBe("true");
        var user = Effective(tree, "runAsUser");
        user.ShouldNotBeNull("the kubelet refuses runAsNonRoot for a user without a number");
        user.ShouldNotBe("0", "the pod runs as root");
    }

    [Row("AC5.2", "Root filesystem is read-only", Sees = "readOnlyRootFilesystem of the container")]
    public static void ReadOnlyRoot(RenderedCluster tree) =>
        tree.Container.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, "the root filesystem can be written to");

    [Row("AC5.3", "All capabilities are dropped but the one that the image's binary carries",
        Sees = "capabilities and allowPrivilegeEscalation: NET_BIND_SERVICE stays, or the binary cannot be executed at all")]
    public static void Capabilities(RenderedCluster tree)
    {
        tree.Container.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], "capabilities are kept that DNS does not need");
        tree.Container.Texts("securityContext.capabilities.add").ShouldBe(
            ["NET_BIND_SERVICE"], "the published binary has this file capability: without it in the bounding set exec fails, and more is not needed");
        tree.Container.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, "a process could gain privileges");
    }

    [Row("AC5.4", "System calls are filtered", Sees = "the seccomp profile RuntimeDefault")]
    public static void Seccomp(RenderedCluster tree) =>
        (tree.Container.Text("securityContext.seccompProfile.type") ?? tree.PodTemplate.Text("spec.securityContext.seccompProfile.type"))
        .ShouldBe("RuntimeDefault", "system calls are not filtered");

    [Row("AC5.5", "The pod has a ServiceAccount of its own", Sees = "serviceAccountName, and that the account is made")]
    public static void Account(RenderedCluster tree)
    {
        var account = tree.PodTemplate.Text("spec.serviceAccountName");
        account.ShouldNotBe("default", "every pod of the namespace would get the right to list all Services");
        tree.FindOrNull("ServiceAccount", account ?? "").ShouldNotBeNull($"nobody makes the ServiceAccount {account}");
    }

    [Row("AC5.6", "Policy lets workloads ask DNS", Sees = "the ingress policies of the DNS pods, tried with a workload's query over UDP and TCP")]
    public static void DnsAllowed(RenderedCluster tree)
    {
        Ingress(tree, Source.Workload, "UDP", 53).ShouldBeTrue("a workload's UDP query is blocked");
        Ingress(tree, Source.Workload, "TCP", 53).ShouldBeTrue("a workload's TCP query is blocked");
    }

    [Row("AC5.7", "Policy blocks unintended sources and ports",
        Sees = "the same policies, tried with sources and ports that have no business there: metrics are the monitoring's, probes the node's")]
    public static void OthersBlocked(RenderedCluster tree)
    {
        Ingress(tree, Source.World, "UDP", 53).ShouldBeFalse("anybody outside the cluster may ask: an open resolver");
        Ingress(tree, Source.Workload, "TCP", 9153).ShouldBeFalse("any workload may read the metrics");
        Ingress(tree, Source.Workload, "TCP", 8080).ShouldBeFalse("any workload may reach the health endpoint");
        Ingress(tree, Source.Workload, "TCP", 8181).ShouldBeFalse("any workload may reach the ready endpoint");
        Ingress(tree, Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"]), "TCP", 9153).ShouldBeTrue("the monitoring cannot scrape");
    }

    [Row("AC5.8", "A workload namespace with allow-dns may ask DNS, and nothing is given away or taken away beside it",
        Sees = "the component's rules in both policy APIs, tried with the DNS pods, with their other ports and with other pods")]
    public static void WorkloadAsks(RenderedCluster tree)
    {
        var dns = new Destination("kube-system", tree.PodTemplate.Labels);
        var other = new Destination("some-workload", tree.PodTemplate.Labels);
        tree.AllowDns.Select(policy => policy.Kind).ShouldBe(["CiliumNetworkPolicy", "NetworkPolicy"], "the component stands in both policy APIs");
        foreach (var policy in tree.AllowDns)
        {
            EgressDecision.Allows(policy, dns, "UDP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot ask over UDP");
            EgressDecision.Allows(policy, dns, "TCP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot ask over TCP");
            EgressDecision.Allows(policy, dns, "TCP", 9153).ShouldBeFalse($"{policy.Kind}: the workload reaches other ports of the DNS pods");
            EgressDecision.Allows(policy, other, "UDP", 53).ShouldBeFalse($"{policy.Kind}: the workload reaches any pod on port 53, a tunnel out");
        }

        EgressDecision.Isolates(tree.AllowDns[0]).ShouldBeFalse("the component cuts the workload off from everything but DNS");
    }

    private static bool Ingress(RenderedCluster tree, Source source, string protocol, int port) =>
        IngressDecision.Allows(tree.Delivered, tree.PodTemplate.Labels, source, protocol, port);

    private static string? Effective(RenderedCluster tree, string field) =>
        tree.Container.Text($"securityContext.{field}") ?? tree.PodTemplate.Text($"spec.securityContext.{field}");
}
