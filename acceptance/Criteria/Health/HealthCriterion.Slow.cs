using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A write counts from the moment that it is sent, however late the API server answers and its watches tell.</summary>
[Check("Health.24", "Behind a slow API server no Service loses its last endpoint", "one endpoint leaves DNS, the other stays",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
public static partial class HealthCriterion
{
    /// <summary>Shorter than the Lease's renewal may take, so that the leader stays the leader.</summary>
    private const string Pauses = """
        for process in /proc/[0-9]*; do
          if [ "$(cat "$process/comm" 2>/dev/null)" = kube-apiserver ]; then server=${process#/proc/}; fi
        done
        trap 'kill -CONT "$server"' EXIT
        for turn in $(seq 20); do kill -STOP "$server"; sleep 1.5; kill -CONT "$server"; sleep 0.5; done
        """;

    [LiveCheck("Health.24",
        "a Service with two endpoints that fail together, while the API server is stopped for 1.5 s of every 2 s, beside two Services " +
            "that are well: the answers for 40 s, and both endpoints after their recovery", Disruptive = true)]
    public static async Task SlowServer(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Cluster.Capabilities.ApiServerIsStaticPod,
            "the API server can only be stopped by itself where it is a static pod of a node on this machine");
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "late", 2, Fast, cancellationToken);
        // Without them everything would fail at once, which the guard against partitions holds back.
        Fleet[] well =
        [
            await Fleet.Deploy(cluster, "well", 2, Fast, cancellationToken),
            await Fleet.Deploy(cluster, "well-too", 2, Fast, cancellationToken),
        ];
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Clusters.Nodes.IsControlPlane).Name;
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var since = TimeProvider.System.GetUtcNow();
            foreach (var pod in fleet.Pods)
            {
                await fleet.Hang(pod, cancellationToken);
            }

            var paused = await cluster.Engine.Exec(node, ["bash", "-e", "-c", Pauses], cancellationToken);
            paused.Succeeded.ShouldBeTrue(paused.Error);
            await follower.Until(fleet, answers => answers.Count == 1, Patience, "one of two endpoints leaves DNS", cancellationToken);
            var lines = await follower.From(since, fleet, cancellationToken);
            EvidenceLog.Observed($"{lines.Count} answers of the DNS pods, with {lines.Min(line => line.Answers.Count)} endpoints at least");
            lines.ShouldAllBe(line => line.Answers.Count > 0, "the Service lost its last endpoint");

            foreach (var pod in fleet.Pods)
            {
                await fleet.Recover(pod, cancellationToken);
            }

            await follower.Until(fleet, answers => answers.Count == 2, Patience, "both endpoints are back", cancellationToken);
        }
        finally
        {
            foreach (var one in well.Append(fleet))
            {
                await one.Remove();
            }
        }
    }

    internal static IReadOnlyList<LiveSabotage> SlowLiveSabotages =>
    [
        Patched("it may not patch pods", "Health.24", "one of two endpoints leaves DNS",
            ControllerRole, "rules", rules => Without(rules, "pods", "patch")),
    ];
}
