using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC4HealthEndpoints
{
    [Row("AC4.1", "Health endpoint responds", Sees = "GET /health on :8080 of each pod, from its own node, as the kubelet probes")]
    public static Task Health(LiveCluster cluster, CancellationToken cancellationToken) =>
        EachPodAnswers(cluster, 8080, "/health", cancellationToken);

    [Row("AC4.2", "Ready endpoint responds", Sees = "GET /ready on :8181 of each pod, from its own node, as the kubelet probes")]
    public static Task Ready(LiveCluster cluster, CancellationToken cancellationToken) =>
        EachPodAnswers(cluster, 8181, "/ready", cancellationToken);

    private static Task EachPodAnswers(LiveCluster cluster, int port, string path, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(30),
        async token =>
        {
            var pods = await cluster.StayingDnsPods(token);
            pods.ShouldNotBeEmpty("no DNS pod that could be asked"); // how many there are is AC1.1's to tell
            foreach (var pod in pods)
            {
                var answer = await Vantage.FromItsNode(cluster, pod, port, path, token);
                answer.Status.ShouldBe(200, $"{pod.Name}: {answer.Body}");
                answer.Body.Trim().ShouldBe("OK");
            }
        },
        $"each pod answers {path}",
        cancellationToken);
}
