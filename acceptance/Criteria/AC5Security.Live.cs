using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC5Security
{
    /// <summary>Bit 10 of a capability set (capabilities(7)).</summary>
    private const ulong NetBindService = 1UL << 10;

    [Row("AC5.1", "Pod runs as non-root", Sees = "the user of the running process")]
    public static Task NonRoot(LiveCluster cluster, CancellationToken cancellationToken) =>
        Each(cluster, process => process.Status["Uid"].ShouldBe("65532"), cancellationToken);

    [Row("AC5.2", "Root filesystem is read-only", Sees = "the mount options of the running process' root")]
    public static Task ReadOnlyRoot(LiveCluster cluster, CancellationToken cancellationToken) =>
        Each(cluster, process => process.RootOptions.Split(',').ShouldContain("ro"), cancellationToken);

    [Row("AC5.3", "All capabilities are dropped but the one that the image's binary carries",
        Sees = "the bounding and effective sets of the running process, and no_new_privs")]
    public static Task Capabilities(LiveCluster cluster, CancellationToken cancellationToken) => Each(
        cluster,
        process =>
        {
            Set(process, "CapBnd").ShouldBe(NetBindService, "the bounding set holds more or less than NET_BIND_SERVICE");
            (Set(process, "CapEff") & ~NetBindService).ShouldBe(0UL, "capabilities in effect beside NET_BIND_SERVICE");
            process.Status["NoNewPrivs"].ShouldBe("1", "privileges can be gained");
        },
        cancellationToken);

    [Row("AC5.4", "System calls are filtered", Sees = "the seccomp mode of the running process: 2 is a filter")]
    public static Task Seccomp(LiveCluster cluster, CancellationToken cancellationToken) =>
        Each(cluster, process => process.Status["Seccomp"].ShouldBe("2", "no seccomp filter is in effect"), cancellationToken);

    [Row("AC5.5", "The pod has a ServiceAccount of its own", Sees = "the account of the running pods")]
    public static async Task Account(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var pod in (await cluster.DnsPods(cancellationToken)).Where(pod => pod.Text("metadata.deletionTimestamp") is null))
        {
            pod.Text("spec.serviceAccountName").ShouldBe("coredns");
        }
    }

    [Row("AC5.6", "Policy lets workloads ask DNS", Sees = "a workload's TCP connection and queries to each DNS pod itself, not only to the Service")]
    public static async Task DnsAllowed(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var pod in await cluster.DnsPods(cancellationToken))
        {
            var answers = await Ask.From(
                cluster, "client-glibc", $"kubernetes.default.svc.{cluster.Domain}.", cancellationToken,
                "--server", pod.Text("status.podIP")!, "--via", "udp", "--via", "tcp");
            answers.ShouldAllBe(answer => answer.Outcome == "ok", pod.Name);
        }
    }

    [Row("AC5.7", "Policy blocks unintended sources and ports",
        Sees = "a workload's connections to the metrics, health and ready ports, where a trial shows that the CNI enforces policies at all")]
    public static async Task OthersBlocked(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        (await cluster.Api.List(ResourceKind.NetworkPolicy, "kube-system", null, cancellationToken))
            .ShouldContain(policy => policy.Name == "coredns-ingress", "no ingress policy was delivered");
        cluster.Needs(await PolicyTrial.IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        foreach (var pod in await cluster.DnsPods(cancellationToken))
        {
            foreach (var port in new[] { 9153, 8080, 8181 })
            {
                (await PolicyTrial.Connects(cluster, pod.Text("status.podIP")!, port, cancellationToken))
                    .ShouldBeFalse($"a workload reaches port {port} of {pod.Name}");
            }
        }
    }

    private static async Task Each(LiveCluster cluster, Action<NodeProcesses.DnsProcess> check, CancellationToken cancellationToken)
    {
        foreach (var (_, process) in await NodeProcesses.OfDnsPods(cluster, cancellationToken))
        {
            check(process);
        }
    }

    private static ulong Set(NodeProcesses.DnsProcess process, string name) => Convert.ToUInt64(process.Status[name], 16);
}
