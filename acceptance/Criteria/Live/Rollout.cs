using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Rolling restarts, as kubectl rollout restart does them.</summary>
public static class Rollout
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    public static async Task Restart(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToString("o", CultureInfo.InvariantCulture);
        await cluster.Api.Patch(
            Deployment,
            new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["template"] = new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = stamp } },
                    },
                },
            },
            cancellationToken);
        await Done(cluster, cancellationToken);
    }

    /// <summary>Every pod is of the newest revision, ready, and the old ones are gone.</summary>
    public static Task Done(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var deployment = await cluster.Require(Deployment, token);
            var wanted = deployment.Number("spec.replicas");
            deployment.Number("status.observedGeneration").ShouldBe(deployment.Number("metadata.generation"), "the controller has not seen the change");
            deployment.Number("status.updatedReplicas").ShouldBe(wanted, "pods of the new revision");
            deployment.Number("status.availableReplicas").ShouldBe(wanted, "available pods");
            deployment.Number("status.replicas").ShouldBe(wanted, "pods of all revisions");
        },
        "a rollout of CoreDNS ends",
        cancellationToken);
}
