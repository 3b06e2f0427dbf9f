namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Runs an action while no CoreDNS runs.</summary>
public static class Outage
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    /// <summary>
    /// The proportional autoscaler, which would restore the pods. A HorizontalPodAutoscaler ignores a Deployment with no replicas.
    /// </summary>
    private static readonly ResourceAddress Autoscaler = ResourceKind.Deployment.Named("coredns-autoscaler", "kube-system");

    private const string AutoscalerPods = "app.kubernetes.io/name=coredns-autoscaler";

    /// <summary>Instead of lameduck, which is for clients; with zero the object would be deleted before the process ends.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    /// <summary>Runs an action while no CoreDNS runs; returns when CoreDNS serves again.</summary>
    public static async Task While(LiveCluster cluster, Func<CancellationToken, Task> doing, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(Deployment, cancellationToken)).Number("spec.replicas");
        var autoscalers = (await cluster.Api.Get(Autoscaler, cancellationToken))?.Number("spec.replicas");
        try
        {
            if (autoscalers is not null)
            {
                await StopAutoscaler(cluster, cancellationToken);
            }

            await Replicas(cluster, 0, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    var pods = await cluster.DnsPods(token);
                    foreach (var pod in pods.Where(MayEndSooner))
                    {
                        await cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, "kube-system"), AtOnce, token);
                    }

                    pods.ShouldBeEmpty("DNS pods that still answer");
                },
                "no pod answers DNS",
                cancellationToken);
            await doing(cancellationToken);
        }
        finally
        {
            await Replicas(cluster, replicas!.Value, CancellationToken.None);
            if (autoscalers is { } before)
            {
                await cluster.Api.Patch(Autoscaler, JsonPath.Patch("spec.replicas", before), CancellationToken.None);
            }
        }

        await Rollout.Done(cluster, cancellationToken);
    }

    private static async Task StopAutoscaler(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Api.Patch(Autoscaler, JsonPath.Patch("spec.replicas", 0), cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.Api.List(ResourceKind.Pod, "kube-system", AutoscalerPods, token))
                .ShouldBeEmpty("an autoscaler still runs"),
            "nobody scales CoreDNS",
            cancellationToken);
    }

    /// <summary>True for a pod that its controller has deleted; another one would be replaced.</summary>
    private static bool MayEndSooner(Resource pod) =>
        pod.Text("metadata.deletionTimestamp") is not null && pod.Number("metadata.deletionGracePeriodSeconds") > AtOnce.TotalSeconds;

    private static Task Replicas(LiveCluster cluster, int replicas, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Deployment, JsonPath.Patch("spec.replicas", replicas), cancellationToken);
}

/// <summary>
/// Rejects every connection to port 9153 of one pod, by a rule in the pod's network; its DNS continues. Disposing removes the rule.
/// </summary>
public sealed class MetricsCut : IAsyncDisposable
{
    private readonly LiveCluster cluster;
    private readonly NodeProcesses.DnsProcess process;

    private MetricsCut(LiveCluster cluster, NodeProcesses.DnsProcess process)
    {
        this.cluster = cluster;
        this.process = process;
    }

    public static async Task<MetricsCut> Of(LiveCluster cluster, NodeProcesses.DnsProcess process, CancellationToken cancellationToken)
    {
        var cut = new MetricsCut(cluster, process);
        await cut.Rule("--insert", cancellationToken);
        return cut;
    }

    public async ValueTask DisposeAsync() => await Rule("--delete", CancellationToken.None);

    // Rejects instead of drops, so that open connections end too.
    private async Task Rule(string what, CancellationToken cancellationToken)
    {
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        // Pods of two families are scraped at their first address.
        var tables = cluster.Tree.Definition.Pods.Family == AddressFamily.InterNetworkV6 ? "ip6tables" : "iptables";
        var result = await cluster.Engine.Exec(
            process.Node,
            ["nsenter", "--target", id, "--net", tables, "--wait", what, "INPUT", "--protocol", "tcp", "--dport", "9153", "--jump",
                "REJECT", "--reject-with", "tcp-reset"],
            cancellationToken);
        result.Succeeded.ShouldBeTrue(result.Error);
    }
}
