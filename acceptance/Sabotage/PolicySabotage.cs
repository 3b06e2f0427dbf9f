namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Sabotages of the ingress rules of a network policy, for <see cref="PolicyEnforcement.KeepsWorkloadsOut"/>. Each waits until the network
/// plugin has applied it.
/// </summary>
/// <param name="Check">The id of the check.</param>
/// <param name="Policy">The policy's name, in kube-system.</param>
/// <param name="Selector">The selector of the pods.</param>
/// <param name="Port">A port that the monitoring may reach, but a workload may not.</param>
internal sealed record PolicySabotage(string Check, string Policy, string Selector, int Port)
{
    private const string Namespace = "kube-system";
    private static readonly TimeSpan TakenUp = TimeSpan.FromSeconds(20);

    private ResourceAddress Address =>
        (LiveChanges.IsCilium ? ResourceKind.CiliumNetworkPolicy : ResourceKind.NetworkPolicy).Named(Policy, Namespace);

    public LiveSabotage Everybody(string name) => Of(
        name,
        "a workload reaches port",
        (_, _) => LiveChanges.IsCilium ? Rule("""{"fromEntities":["all"]}""") : Rule("{}"),
        (cluster, pod, token) => Eventually.Within(
            TakenUp,
            async probe => (await PolicyEnforcement.Connects(cluster, pod, Port, probe)).ShouldBeTrue("a workload is still kept out"),
            "the policy that lets everybody in is in force",
            token));

    public LiveSabotage WithoutTheMonitoring(string name) => Of(
        name,
        "the monitoring cannot reach port",
        (cluster, rules) => Without(rules, cluster.Tree.Settings["MONITORING_NAMESPACE"]),
        async (cluster, pod, token) =>
        {
            var (monitoring, scraper) = await ProbeOrigin.MonitoringClient(cluster, token);
            await Eventually.Within(
                TakenUp,
                async probe => (await PolicyEnforcement.Connects(cluster, monitoring, scraper, pod, Port, probe))
                    .ShouldBeFalse("the monitoring still gets in"),
                "the policy without the monitoring is in force",
                token);
        });

    private LiveSabotage Of(
        string name, string expectedMessage, Func<LiveCluster, JsonArray, JsonArray> change,
        Func<LiveCluster, string, CancellationToken, Task> inForce)
    {
        var restoring = LiveSabotage.Restoring(
            name,
            Check,
            expectedMessage,
            async (cluster, token) => (await cluster.Require(Address, token)).At("spec.ingress")!,
            async (cluster, before, token) =>
            {
                await Put(cluster, change(cluster, before.DeepClone().AsArray()), token);
                var pods = await cluster.Api.List(ResourceKind.Pod, Namespace, Selector, token);
                pods.ShouldNotBeEmpty("the policy's pods do not run");
                foreach (var pod in pods)
                {
                    await inForce(cluster, Pods.Address(pod), token);
                }
            },
            (cluster, before, token) => Put(cluster, before.DeepClone(), token));
        return restoring with { NeedsEnforcement = true };
    }

    private Task Put(LiveCluster cluster, JsonNode ingress, CancellationToken cancellationToken) =>
        cluster.Api.Patch(Address, JsonPath.Patch("spec.ingress", ingress), cancellationToken);

    /// <summary>Without any rule Cilium would allow everything; an empty rule denies everything except the node.</summary>
    private static JsonArray Without(JsonArray rules, string monitoring)
    {
        var left = new JsonArray([.. rules.Where(rule => !rule!.ToJsonString().Contains($"\"{monitoring}\""))
            .Select(rule => rule!.DeepClone())]);
        left.Count.ShouldBeLessThan(rules.Count, "no rule of the policy is for the monitoring");
        return left.Count == 0 && LiveChanges.IsCilium ? Rule("{}") : left;
    }

    private static JsonArray Rule(string rule) => new(JsonNode.Parse(rule));
}
