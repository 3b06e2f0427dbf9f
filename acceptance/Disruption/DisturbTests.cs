namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Disruptions on an API server of the test: what they leave behind, and whether they saw that something happened.</summary>
public sealed class DisturbTests
{
    private const string Node = "/api/v1/nodes/worker";

    [Test]
    public void A_storm_without_an_eviction_has_disturbed_nothing()
    {
        Should.Throw<ShouldAssertException>(() => Disturb.Disturbed(evicted: 0, refused: 150))
            .Message.ShouldContain("nothing was disturbed");
        Should.Throw<ShouldAssertException>(() => Disturb.Disturbed(evicted: 150, refused: 0)).Message.ShouldContain("refused nothing");
        Disturb.Disturbed(evicted: 1, refused: 1);
    }

    [TestCase(1, true)]
    [TestCase(0, false)]
    [CancelAfter(60_000)]
    public async Task A_killed_process_is_waited_for_until_its_container_has_started_again(
        int restarts, bool restarted, CancellationToken cancellationToken)
    {
        await using var stub = await StubCluster.Start(_ => Pod(restarts).ToJsonString(), cancellationToken);
        using var scale = Eventually.ScaledBy(0.005);

        var waiting = Disturb.Restarted(stub.Live, new Resource(Pod(0)), cancellationToken);

        if (restarted)
        {
            await waiting;
        }
        else
        {
            (await Should.ThrowAsync<WaitTimeoutException>(waiting)).Message.ShouldContain("restarts of coredns-1");
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_Deployment_whose_rollout_does_not_end_gets_its_replicas_back(CancellationToken cancellationToken)
    {
        await using var stub = await StubCluster.Start(
            _ => """{"kind": "Deployment", "metadata": {"name": "coredns"}, "spec": {"replicas": 3}}""", cancellationToken);
        using var scale = Eventually.ScaledBy(0.005);

        await Should.ThrowAsync<WaitTimeoutException>(Disturb.Scale(stub.Live, new DisruptionRun(stub.Live), cancellationToken));

        stub.Asked.Where(request => request.StartsWith("PATCH", StringComparison.Ordinal)).Select(request => request.Split(' ')[2])
            .ShouldBe(["""{"spec":{"replicas":4}}""", """{"spec":{"replicas":3}}"""]);
    }

    [TestCase(false, 2)]
    [TestCase(true, 1)]
    [CancelAfter(60_000)]
    public async Task A_node_that_cannot_be_drained_is_only_uncordoned_if_it_was_not_cordoned_before(
        bool cordoned, int patches, CancellationToken cancellationToken)
    {
        await using var stub = await StubCluster.Start(
            request => request.EndsWith(Node, StringComparison.Ordinal)
                ? $$"""{"kind": "Node", "metadata": {"name": "worker"}, "spec": {"unschedulable": {{(cordoned ? "true" : "false")}} } }"""
                : StubCluster.List(Pod(0)),
            cancellationToken);
        using var scale = Eventually.ScaledBy(0.005);

        await Should.ThrowAsync<WaitTimeoutException>(
            Disturb.Drain(stub.Live, "worker", new DisruptionRun(stub.Live), cancellationToken));

        var changes = stub.Asked.Where(request => request.StartsWith($"PATCH {Node}", StringComparison.Ordinal)).ToList();
        changes.Count.ShouldBe(patches);
        changes[0].ShouldContain("true");
    }

    private static JsonObject Pod(int restarts) => JsonNode.Parse($$"""
        {
          "kind": "Pod",
          "metadata": {"name": "coredns-1", "namespace": "kube-system", "ownerReferences": [{"kind": "ReplicaSet"}]},
          "spec": {"nodeName": "worker"},
          "status": {"containerStatuses": [{"name": "coredns", "restartCount": {{restarts}}}]}
        }
        """)!.AsObject();
}
