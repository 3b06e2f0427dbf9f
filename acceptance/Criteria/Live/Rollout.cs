namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Rollouts of Deployments and DaemonSets, by default of CoreDNS.</summary>
public static class Rollout
{
    internal static readonly ResourceAddress CoreDns = ResourceKind.Deployment.Named("coredns", "kube-system");

    /// <summary>Starts a rolling restart, like kubectl rollout restart.</summary>
    public static Task Begin(LiveCluster cluster, ResourceAddress workload, CancellationToken cancellationToken)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToString("o", CultureInfo.InvariantCulture);
        return cluster.Api.Patch(
            workload,
            JsonPath.Patch("spec.template.metadata.annotations", new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = stamp }),
            cancellationToken);
    }

    public static async Task Restart(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await Begin(cluster, CoreDns, cancellationToken);
        await Done(cluster, cancellationToken);
    }

    /// <summary>The required number of pods: from the settings, or an autoscaler's wish between its limits.</summary>
    public static async Task<int> Replicas(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var least = int.Parse(cluster.Tree.Settings["COREDNS_REPLICAS"], CultureInfo.InvariantCulture);
        if (!cluster.Tree.Settings.TryGetValue("COREDNS_MAX_REPLICAS", out var most))
        {
            return least;
        }

        var asked = (await cluster.Require(CoreDns, cancellationToken)).Number("spec.replicas");
        asked.ShouldNotBeNull("the autoscaler sets no replicas")
            .ShouldBeInRange(least, int.Parse(most, CultureInfo.InvariantCulture), "replicas that the autoscaler asks for");
        return asked.Value;
    }

    public static Task Done(LiveCluster cluster, CancellationToken cancellationToken) =>
        Done(cluster.Api, CoreDns, "a rollout of CoreDNS ends", TimeSpan.FromSeconds(120), cancellationToken);

    /// <summary>Waits until all pods have the newest revision and are available, and old ones have ended.</summary>
    /// <param name="also">A further condition, checked first because its message is more informative.</param>
    public static Task Done(
        KubernetesApi api, ResourceAddress workload, string because, TimeSpan within, CancellationToken cancellationToken,
        Func<Resource, CancellationToken, Task>? also = null) => Eventually.Within(
        within,
        async token =>
        {
            var running = await api.Get(workload, token) ?? throw new NotYetException($"{workload} does not exist");
            await (also?.Invoke(running, token) ?? Task.CompletedTask);
            Missing(running).ShouldBeEmpty(running.Kind == "DaemonSet" ? null : Conditions.Say(running, "Available"));
        },
        because,
        cancellationToken);

    /// <summary>What a rollout still lacks. The status of a DaemonSet does not count pods of older revisions.</summary>
    internal static IReadOnlyList<string> Missing(Resource workload)
    {
        var (wanted, counts) = workload.Kind == "DaemonSet"
            ? ("status.desiredNumberScheduled", new[] { "updatedNumberScheduled", "numberAvailable" })
            : ("spec.replicas", ["updatedReplicas", "availableReplicas", "replicas"]);
        var pods = workload.Number(wanted) ?? 0;
        return
        [
            .. workload.Number("status.observedGeneration") == workload.Number("metadata.generation")
                ? [] : new[] { "the controller has not seen the change" },
            .. pods > 0 ? [] : new[] { $"{wanted} is 0: no pod is asked for" },
            .. counts.Select(count => (Name: count, Number: workload.Number($"status.{count}") ?? 0))
                .Where(count => count.Number != pods)
                .Select(count => $"{count.Name} is {count.Number}, not {pods}"),
        ];
    }
}

public sealed class RolloutTests
{
    private const string Deployment = """
        kind: Deployment
        metadata: { name: coredns, generation: 3 }
        spec: { replicas: 2 }
        status: { observedGeneration: 3, updatedReplicas: 2, availableReplicas: 2, replicas: 2 }
        """;

    private const string DaemonSet = """
        kind: DaemonSet
        metadata: { name: node-local-dns, generation: 3 }
        status: { observedGeneration: 3, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }
        """;

    [TestCase(Deployment, "observedGeneration: 3", "observedGeneration: 2", "the controller has not seen the change")]
    [TestCase(Deployment, "status: { observedGeneration: 3, ", "status: { ", "the controller has not seen the change")]
    [TestCase(Deployment, "updatedReplicas: 2", "updatedReplicas: 1", "updatedReplicas is 1, not 2")]
    [TestCase(Deployment, "availableReplicas: 2, ", "", "availableReplicas is 0, not 2")]
    [TestCase(Deployment, ", replicas: 2 }", ", replicas: 3 }", "replicas is 3, not 2")]
    [TestCase(DaemonSet, "observedGeneration: 3", "observedGeneration: 2", "the controller has not seen the change")]
    [TestCase(DaemonSet, "updatedNumberScheduled: 2", "updatedNumberScheduled: 1", "updatedNumberScheduled is 1, not 2")]
    [TestCase(DaemonSet, "numberAvailable: 2", "numberAvailable: 1", "numberAvailable is 1, not 2")]
    public void A_rollout_lasts_until_its_status_is_complete(string workload, string ended, string lasts, string missing)
    {
        Rollout.Missing(Of(workload)).ShouldBeEmpty();
        workload.ShouldContain(ended);

        Rollout.Missing(Of(workload.Replace(ended, lasts))).ShouldBe([missing]);
    }

    [TestCase(Deployment, "spec.replicas is 0: no pod is asked for")]
    [TestCase(DaemonSet, "status.desiredNumberScheduled is 0: no pod is asked for")]
    public void A_workload_without_pods_is_not_rolled_out(string workload, string missing)
    {
        var none = workload.Replace("eplicas: 2", "eplicas: 0")
            .Replace("Scheduled: 2", "Scheduled: 0")
            .Replace("numberAvailable: 2", "numberAvailable: 0");

        Rollout.Missing(Of(none)).ShouldBe([missing]);
    }

    private static Resource Of(string text) => YamlDocuments.Resources($"apiVersion: apps/v1\n{text}")[0];
}
