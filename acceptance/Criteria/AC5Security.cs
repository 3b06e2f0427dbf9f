using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC5",
    "Pods run without root, without a writable root and with no capability but the one the image needs; policies let DNS in and " +
        "nothing else")]
[Check("AC5.1", "Pod runs as non-root", "runAsNonRoot: true, and the process has uid 65532",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep runAsNonRoot")]
[Check("AC5.2", "Read-only root filesystem", "readOnlyRootFilesystem: true, and the root is mounted ro",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep readOnlyRootFilesystem")]
[Check("AC5.3", "Capabilities dropped", "drop: [ALL], add: [NET_BIND_SERVICE]",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep -A 4 capabilities")]
[Check("AC5.4", "System calls are filtered", "seccompProfile RuntimeDefault, and seccomp mode 2 of the process",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o jsonpath={.items[0].spec.securityContext}")]
[Check("AC5.5", "The pod has a ServiceAccount of its own", "serviceAccountName: coredns",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.spec.template.spec.serviceAccountName}")]
[Check("AC5.6", "DNS traffic allowed", "Resolution succeeds from a workload namespace",
    Command = "kubectl --context {context} -n default run net-test --rm -it --image=busybox --restart=Never -- nslookup kubernetes.default",
    Needs = Feature.NetworkPolicy)]
[Check("AC5.7", "Network policy blocks other sources and ports", "no connection, except metrics for the monitoring and probes for the node",
    Command = "kubectl --context {context} -n default run net-test --rm -it --image=busybox --restart=Never -- nc -zv -w 2 " +
        "<pod-ip> 8080",
    Needs = Feature.NetworkPolicy)]
[Check("AC5.8", "{policy} exists", "Policy allow-dns present in namespaces that include it, for DNS alone",
    Command = "kubectl --context {context} get {policies} -A | grep allow-dns")]
public static partial class AC5Security
{
    [StaticCheck("AC5.1", "runAsNonRoot with a user number, which the kubelet needs because the image only names its user")]
    public static void NonRoot(RenderedCluster tree)
    {
        Effective(tree, "runAsNonRoot").ShouldBe("true");
        var user = Effective(tree, "runAsUser");
        user.ShouldNotBeNull("the kubelet refuses runAsNonRoot for a user without a number");
        user.ShouldNotBe("0", "the pod runs as root");
    }

    [StaticCheck("AC5.2", "readOnlyRootFilesystem of the release")]
    public static void ReadOnlyRoot(RenderedCluster tree) =>
        tree.Values.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, "the root filesystem can be written to");

    [StaticCheck("AC5.3", "capabilities and allowPrivilegeEscalation: NET_BIND_SERVICE stays, or the binary cannot be executed at all")]
    public static void Capabilities(RenderedCluster tree)
    {
        tree.Values.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], "capabilities are kept that DNS does not need");
        tree.Values.Texts("securityContext.capabilities.add").ShouldBe(
            ["NET_BIND_SERVICE"],
                "the published binary has this file capability: without it in the bounding set exec fails, and more is not needed");
        tree.Values.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, "a process could gain privileges");
    }

    [StaticCheck("AC5.4", "the seccomp profile RuntimeDefault")]
    public static void Seccomp(RenderedCluster tree) =>
        Effective(tree, "seccompProfile.type").ShouldBe("RuntimeDefault", "system calls are not filtered");

    [StaticCheck("AC5.5", "serviceAccount of the release: a name of its own, and that the chart creates it")]
    public static void Account(RenderedCluster tree)
    {
        var account = tree.Values.Text("serviceAccount.name") ?? "default";
        account.ShouldNotBe("default", "every pod of the namespace would get the right to list all Services");
        tree.Values.Flag("serviceAccount.create").ShouldBe(true, $"the chart does not create the ServiceAccount {account}");
    }

    [StaticCheck("AC5.6", "the ingress policies of the DNS pods, tried with a workload's query over UDP and TCP")]
    public static void DnsAllowed(RenderedCluster tree)
    {
        Ingress(tree, Source.Workload, "UDP", 53).ShouldBeTrue("a workload's UDP query is blocked");
        Ingress(tree, Source.Workload, "TCP", 53).ShouldBeTrue("a workload's TCP query is blocked");
    }

    [StaticCheck("AC5.7", "the same policies, tried with other sources and ports: metrics are for the monitoring, probes for the node")]
    public static void OthersBlocked(RenderedCluster tree)
    {
        Ingress(tree, Source.World, "UDP", 53).ShouldBeFalse("anyone outside the cluster can query it: an open resolver");
        Ingress(tree, Source.Workload, "TCP", 9153).ShouldBeFalse("any workload may read the metrics");
        Ingress(tree, Source.Workload, "TCP", 8080).ShouldBeFalse("any workload may reach the health endpoint");
        Ingress(tree, Source.Workload, "TCP", 8181).ShouldBeFalse("any workload may reach the ready endpoint");
        Ingress(tree, Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"]), "TCP", 9153).ShouldBeTrue("the monitoring cannot scrape");
    }

    [StaticCheck("AC5.8", "the component's rules in both policy APIs, tried with the DNS pods, with their other ports and with other pods")]
    public static void WorkloadAsks(RenderedCluster tree)
    {
        var dns = new Destination("kube-system", tree.PodLabels);
        var other = new Destination("some-workload", tree.PodLabels);
        tree.AllowDns.Select(policy => policy.Kind)
            .ShouldBe(["CiliumNetworkPolicy", "NetworkPolicy"], "the component has to exist in both policy APIs");
        foreach (var policy in tree.AllowDns)
        {
            EgressDecision.Allows(policy, dns, "UDP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot query over UDP");
            EgressDecision.Allows(policy, dns, "TCP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot query over TCP");
            EgressDecision.Allows(policy, dns, "TCP", 9153)
                .ShouldBeFalse($"{policy.Kind}: the workload reaches other ports of the DNS pods");
            EgressDecision.Allows(policy, other, "UDP", 53)
                .ShouldBeFalse($"{policy.Kind}: the workload reaches any pod on port 53, a tunnel out");
        }

        EgressDecision.Isolates(tree.AllowDns[0]).ShouldBeFalse("the component cuts the workload off from everything but DNS");
    }

    private static bool Ingress(RenderedCluster tree, Source source, string protocol, int port) =>
        IngressDecision.Allows(tree.Delivered, tree.PodLabels, source, protocol, port);

    private static string? Effective(RenderedCluster tree, string field) =>
        tree.Values.Text($"securityContext.{field}") ?? tree.Values.Text($"podSecurityContext.{field}");
}
