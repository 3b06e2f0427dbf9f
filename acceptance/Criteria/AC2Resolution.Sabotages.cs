using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Acceptance.Waiting;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC2Resolution
{
    private const string Outside = "it queries a name outside the cluster as well";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the chart's own name for the Service", "AC2.1", "there is no Service kube-dns", tree => tree.Value("service.name", null)),
        new("a server on a high port", "AC2.1", "no server listens on port 53", tree => tree.Value("servers[0].port", 5353)),
        new("a server for UDP only", "AC2.1", "large answers come over TCP", tree => tree.Value("servers[0].zones[0].use_tcp", null)),
        new("another ClusterIP", "AC2.2", "and no other", tree => tree.Value("service.clusterIP", "10.245.0.11")),
        new("a ClusterIP that the API server chooses", "AC2.2", "and no other", tree => tree.Value("service.clusterIP", null)),
        new("a zone that is not the cluster's", "AC2.3", "own zone is not served",
            tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "example.local in-addr.arpa ip6.arpa")),
        new("no reverse zones", "AC2.3", "PTR queries",
            tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "${CLUSTER_DOMAIN}")),
        new("pod names off", "AC2.4", "only with the pods option",
            tree => tree.Plugin("kubernetes", plugin => plugin["configBlock"] = "pods disabled\nttl 5")),
        new("upstream is this DNS", "AC2.5", "a loop",
            tree => tree.Setting("COREDNS_UPSTREAMS", tree.Settings.Map("data")["COREDNS_CLUSTER_IP"])),
        new("upstream is the pod's loopback", "AC2.5", "a loop", tree => tree.Setting("COREDNS_UPSTREAMS", "127.0.0.1:53")),
        new("no loop detection", "AC2.5", "a loop goes unseen", tree => tree.WithoutPlugin("loop")),
        new("no upstream", "AC2.5", "forwards nothing", tree => tree.WithoutPlugin("forward")),
        new("no cache", "AC2.6", "nothing is cached", tree => tree.WithoutPlugin("cache")),
        new("denials kept for half an hour", "AC2.6", "stays unknown",
            tree => tree.Plugin("cache", plugin => plugin["configBlock"] = "denial 9984 1800")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        new("Service leads to one pod only", "AC2.1", "should be", (cluster, token) => OnePod(cluster, "yes", token),
            (cluster, token) => OnePod(cluster, null, token)),
        Corefile("the name of a Service rewritten", "AC2.3", "web resolves", text => text.Replace(
            "    errors",
            "    errors\n    rewrite name web.acceptance-clients.svc.cluster.local nobody.acceptance-clients.svc.cluster.local",
            StringComparison.Ordinal)),
        Corefile("pod names off", "AC2.4", "pod.cluster.local",
            text => text.Replace("pods insecure", "pods disabled", StringComparison.Ordinal)),
        Corefile("upstream does not answer", "AC2.5", "example.com",
            text => Lines(text, line => line.Contains("forward . ", StringComparison.Ordinal) ? "    forward . 192.0.2.1 {" : line))
            .With(Outside, "AC2.6", "AC2.10", "AC2.12", "AC3.4", "AC3.6", "Substrate.1"),
    ];

    /// <summary>
    /// A label that one pod has, and that the Service selects by; null removes both. The other pods answer, but are sent no queries.
    /// </summary>
    private static async Task OnePod(LiveCluster cluster, string? value, CancellationToken cancellationToken)
    {
        const string Label = "sabotage";
        foreach (var pod in (await cluster.StayingDnsPods(cancellationToken)).Take(value is null ? int.MaxValue : 1))
        {
            await cluster.Api.Patch(
                ResourceKind.Pod.Named(pod.Name, "kube-system"),
                JsonPath.Patch($"metadata.labels.{Label}", value),
                cancellationToken);
        }

        await cluster.Api.Patch(
            ResourceKind.Service.Named("kube-dns", "kube-system"),
            JsonPath.Patch($"spec.selector.{Label}", value),
            cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token))
                .SelectMany(slice => slice.Parts("endpoints")).Count(endpoint => endpoint.Flag("conditions.terminating") != true)
                .ShouldBe(value is null ? (await cluster.StayingDnsPods(token)).Count : 1),
            "the endpoints follow the Service's selector",
            cancellationToken);
    }
}
