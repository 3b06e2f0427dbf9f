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
            JsonPath.Patch("spec.template.metadata.annotations", new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = stamp }),
            cancellationToken);
        await Done(cluster, cancellationToken);
    }

    /// <summary>
    /// The pods that have to serve: those of the settings, or what an autoscaler asks for between its limits.
    /// </summary>
    public static async Task<int> Replicas(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var least = int.Parse(cluster.Tree.Settings["COREDNS_REPLICAS"], CultureInfo.InvariantCulture);
        if (!cluster.Tree.Settings.TryGetValue("COREDNS_MAX_REPLICAS", out var most))
        {
            return least;
        }

        var asked = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas");
        asked.ShouldNotBeNull("the autoscaler sets no replicas")
            .ShouldBeInRange(least, int.Parse(most, CultureInfo.InvariantCulture), "replicas that the autoscaler asks for");
        return asked.Value;
    }

    /// <summary>Every pod is of the newest revision, ready, and the old ones are gone.</summary>
    public static Task Done(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var deployment = await cluster.Require(Deployment, token);
            var wanted = deployment.Number("spec.replicas");
            deployment.Number("status.observedGeneration")
                .ShouldBe(deployment.Number("metadata.generation"), "the controller has not seen the change");
            deployment.Number("status.updatedReplicas").ShouldBe(wanted, "pods of the new revision");
            deployment.Number("status.availableReplicas").ShouldBe(wanted, "available pods");
            deployment.Number("status.replicas").ShouldBe(wanted, "pods of all revisions");
        },
        "a rollout of CoreDNS ends",
        cancellationToken);
}
