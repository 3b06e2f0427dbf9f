namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Upgrade.1 detects an upgrade step that costs queries: with <c>--filter TestCategory=UpgradeSabotage</c> and the setting
/// <c>upgrade-to</c>. The check ends at the first failing step, and delivers the definition again.
/// </summary>
[Explicit("takes DNS down on purpose")]
public sealed class UpgradeSabotageTests
{
    private static readonly ResourceAddress DnsService = ResourceKind.Service.Named("kube-dns", "kube-system");

    /// <summary>No pod answers until the new ones are ready, as in an update with maxUnavailable 100 %.</summary>
    [Test]
    [Category("UpgradeSabotage")]
    [CancelAfter(900_000)]
    public async Task A_step_without_pods_is_detected(CancellationToken cancellationToken)
    {
        var cluster = await Cluster(cancellationToken);

        (await Failure(cluster, RemovePods, cancellationToken)).ShouldContain("0 are allowed");

        await Settled(cluster, cancellationToken);
    }

    /// <summary>The effect of charts 1.42.1 to 1.42.3: the definition refuses them, so the test removes the port.</summary>
    [Test]
    [Category("UpgradeSabotage")]
    [CancelAfter(900_000)]
    public async Task A_step_to_a_Service_without_TCP_is_detected(CancellationToken cancellationToken)
    {
        var cluster = await Cluster(cancellationToken);
        var ports = (await cluster.Require(DnsService, cancellationToken)).At("spec.ports")!;
        try
        {
            (await Failure(cluster, WithoutTcp, cancellationToken)).ShouldContain("TCP: ");
        }
        finally
        {
            await Put(cluster, ports, CancellationToken.None);
        }

        await Settled(cluster, cancellationToken);
    }

    private static async Task<LiveCluster> Cluster(CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Delivery.Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "this breaks DNS on purpose; the setting may-disrupt allows it");
        return cluster;
    }

    private static async Task RemovePods(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var replicas = (await cluster.Require(LiveChanges.Deployment, cancellationToken)).Number("spec.replicas")!.Value;
        await Scale(cluster, 0, cancellationToken);
        await Held(
            async token => (await cluster.Require(LiveChanges.Deployment, token)).Number("spec.replicas").ShouldBe(0),
            "no pod answers", cancellationToken);
        await Scale(cluster, replicas, cancellationToken);
    }

    private static Task Scale(LiveCluster cluster, int replicas, CancellationToken cancellationToken) =>
        cluster.Api.Patch(LiveChanges.Deployment, JsonPath.Patch("spec.replicas", replicas), cancellationToken);

    private static async Task WithoutTcp(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var ports = (JsonArray)(await cluster.Require(DnsService, cancellationToken)).At("spec.ports")!;
        await Put(cluster, new JsonArray([.. ports.Where(port => !IsTcp(port)).Select(port => port!.DeepClone())]), cancellationToken);
        await Held(
            async token => ((JsonArray)(await cluster.Require(DnsService, token)).At("spec.ports")!).ShouldNotContain(port => IsTcp(port)),
            "the Service has no TCP", cancellationToken);
    }

    private static bool IsTcp(JsonNode? port) => port!["protocol"]!.GetValue<string>() == "TCP";

    /// <summary>Longer than a client's queries for one name with all retries.</summary>
    private static Task Held(Func<CancellationToken, Task> probe, string because, CancellationToken cancellationToken) =>
        Throughout.For(TimeSpan.FromSeconds(15), probe, because, cancellationToken);

    private static Task Put(LiveCluster cluster, JsonNode ports, CancellationToken cancellationToken) =>
        cluster.Api.Patch(DnsService, JsonPath.Patch("spec.ports", ports.DeepClone()), cancellationToken);

    private static Task Settled(LiveCluster cluster, CancellationToken cancellationToken) => Disturb.Settled(cluster, cancellationToken);

    /// <summary>The message of the check, which must fail.</summary>
    private static async Task<string> Failure(
        LiveCluster cluster, Func<LiveCluster, CancellationToken, Task> beside, CancellationToken cancellationToken)
    {
        var message = await SabotageDetection.FailureMessage(
            () => UpgradeCriterion.Drive(cluster, beside, cancellationToken), SabotageDetection.AnyFailure);
        await TestContext.Out.WriteLineAsync(message.ShouldNotBeNull("a step that costs queries was not noticed"));
        return message;
    }
}
