using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

public static partial class Disturb
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    public static async Task RollingRestart(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        run.Note("coredns", "rolling restart");
        await Rollout.Restart(cluster, cancellationToken);
        await Settled(cluster, cancellationToken);
    }

    public static async Task Scale(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas")!.Value;
        foreach (var wanted in new[] { replicas + 1, replicas })
        {
            run.Note("coredns", string.Create(CultureInfo.InvariantCulture, $"scaled to {wanted}"));
            await cluster.Api.Patch(Deployment, JsonPath.Patch("spec.replicas", wanted), cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
        }

        await Settled(cluster, cancellationToken);
    }

    /// <summary>A change of the Corefile alone: every pod takes it up by itself, through the reload plugin.</summary>
    public static async Task ChangeCorefile(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var before = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
        run.Note("coredns", "Corefile changed");
        await Write(cluster, "# changed\n" + before, cancellationToken);
        try
        {
            var pods = await cluster.DnsPods(cancellationToken);
            foreach (var pod in pods)
            {
                await Nudge(cluster, pod, cancellationToken);
            }

            foreach (var pod in pods)
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(150),
                    async token => (await cluster.Api.Logs("kube-system", pod.Name, null, false, token))
                        .ShouldContain("Reloading complete"),
                    $"{pod.Name} takes the changed Corefile up: the reload plugin looks every half minute or so",
                    cancellationToken);
                run.Note(pod.Name, "reloaded");
            }
        }
        finally
        {
            await Write(cluster, before, CancellationToken.None);
        }
    }

    /// <summary>
    /// A pod whose annotations change has its volumes looked at by the kubelet at once, and not within a minute or more
    /// (https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically).
    /// </summary>
    private static Task Nudge(LiveCluster cluster, Resource pod, CancellationToken cancellationToken) => cluster.Api.Patch(
        ResourceKind.Pod.Named(pod.Name, "kube-system"),
        JsonPath.Patch(
            "metadata.annotations", new JsonObject { ["acceptance.platform-gitops.io/looked-at"] = Guid.NewGuid().ToString("n") }),
        cancellationToken);

    private static Task Write(LiveCluster cluster, string corefile, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Configuration, JsonPath.Patch("data.Corefile", corefile), cancellationToken);
}
