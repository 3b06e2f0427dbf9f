using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC4", "Each CoreDNS pod answers /health on :8080 and /ready on :8181")]
[Check("AC4.1", "Health endpoint responds", "HTTP 200 OK",
    Command = "kubectl --context {context} -n kube-system port-forward deploy/coredns 8080 & curl -v localhost:8080/health")]
[Check("AC4.2", "Ready endpoint responds", "HTTP 200 OK",
    Command = "kubectl --context {context} -n kube-system port-forward deploy/coredns 8181 & curl -v localhost:8181/ready")]
public static class AC4HealthEndpoints
{
    [StaticCheck("AC4.1", "the health plugin, and the liveness probe of the release")]
    public static void Health(RenderedCluster tree)
    {
        tree.Plugins.Count(plugin => plugin.Name == "health").ShouldBe(1, "the health plugin has to be in the Corefile exactly once");
        tree.Values.Flag("livenessProbe.enabled").ShouldBe(true, "the kubelet would keep a dead pod running");
    }

    [StaticCheck("AC4.2", "the ready plugin, and the readiness probe of the release")]
    public static void Ready(RenderedCluster tree)
    {
        tree.Plugins.ShouldContain(plugin => plugin.Name == "ready", "the Corefile has no ready plugin");
        tree.Values.Flag("readinessProbe.enabled").ShouldBe(true, "the pod would be sent queries before it can answer");
    }

    [LiveCheck("AC4.1", "GET /health on :8080 of each pod, from its own node, as the kubelet probes")]
    public static Task Health(LiveCluster cluster, CancellationToken cancellationToken) =>
        EachPodAnswers(cluster, 8080, "/health", cancellationToken);

    [LiveCheck("AC4.2", "GET /ready on :8181 of each pod, from its own node, as the kubelet probes")]
    public static Task Ready(LiveCluster cluster, CancellationToken cancellationToken) =>
        EachPodAnswers(cluster, 8181, "/ready", cancellationToken);

    private static Task EachPodAnswers(LiveCluster cluster, int port, string path, CancellationToken cancellationToken) =>
        Eventually.Within(
        TimeSpan.FromSeconds(30),
        async token =>
        {
            foreach (var pod in await cluster.EachDnsPod(token))
            {
                var answer = await ProbeOrigin.FromItsNode(cluster, pod, port, path, token);
                answer.Status.ShouldBe(200, $"{pod.Name}: {answer.Body}");
                answer.Body.Trim().ShouldBe("OK");
            }
        },
        $"each pod answers {path}",
        cancellationToken);

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("no health plugin", "AC4.1", "exactly once", tree => tree.WithoutPlugin("health")),
        new("liveness probe off", "AC4.1", "keep a dead pod running", tree => tree.Value("livenessProbe.enabled", false)),
        new("no ready plugin", "AC4.2", "no ready plugin", tree => tree.WithoutPlugin("ready")),
        new("readiness probe off", "AC4.2", "before it can answer", tree => tree.Value("readinessProbe.enabled", false)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
        [Corefile("no health plugin", "AC4.1", "each pod answers /health", text => WithoutBlock(text, "health {"))];
}
