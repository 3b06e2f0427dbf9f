namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A check that has seen nothing fails.</summary>
public sealed class VacuousCheckTests
{
    [TestCase("AC4.1")]
    [TestCase("AC4.2")]
    [TestCase("AC5.1")]
    [TestCase("AC5.2")]
    [TestCase("AC5.3")]
    [TestCase("AC5.4")]
    [TestCase("AC5.5")]
    [TestCase("AC6.2")]
    [TestCase("Keys.8")]
    [CancelAfter(60_000)]
    public async Task A_check_of_each_pod_fails_without_a_pod(string id, CancellationToken cancellationToken)
    {
        await using var stub = await StubCluster.Start(_ => StubCluster.List(), cancellationToken);
        using var scale = Eventually.ScaledBy(0.01);
        var cluster = stub.Live with
        {
            Cluster = stub.Live.Cluster with { Capabilities = stub.Live.Cluster.Capabilities with { NodesAreContainers = true } },
            Tree = RenderedCluster.From(StorySample.Tree, StorySample.Cluster),
        };

        var failed = await SabotageDetection.FailureMessage(
            () => Catalog.Checks.Single(check => check.Id == id).LiveMethod!(cluster, cancellationToken), SabotageDetection.AnyFailure);

        failed.ShouldNotBeNull("it passed").ShouldContain("no pod of CoreDNS runs");
    }

    [TestCase("""{"via": "udp", "by": "coredns-1"}""", null)]
    [TestCase("""{"via": "system"}""", null)]
    [TestCase("""{"via": "tcp", "by": "dns-default-x7"}""", "another DNS answers")]
    [TestCase("""{"via": "udp"}""", "another DNS answers")]
    public void An_answer_of_another_DNS_is_noticed(string answer, string? says)
    {
        var printed = JsonNode.Parse(answer)!.AsObject();
        printed["name"] = "kubernetes.default";
        printed["type"] = "A";
        printed["outcome"] = "ok";
        printed["answers"] = new JsonArray("10.245.0.1");
        var answers = Ask.Read(printed.ToJsonString());

        if (says is null)
        {
            AC2Resolution.AnsweredBy(answers, ["coredns-1"]);
        }
        else
        {
            Should.Throw<ShouldAssertException>(() => AC2Resolution.AnsweredBy(answers, ["coredns-1"])).Message.ShouldContain(says);
        }
    }

    /// <summary>A workload's connection is only blocked if the workload tried it.</summary>
    [TestCase("""{"target":"10.244.0.5:53","outcome":"open"}""", true)]
    [TestCase("""{"target":"10.244.0.5:53","outcome":"timeout"}""", false)]
    [TestCase("""{"target":"10.244.0.5:53","outcome":"ConnectionRefused"}""", false)]
    [TestCase("", null)]
    public void A_client_that_did_not_try_is_not_blocked(string printed, bool? open)
    {
        var result = new ExecResult(open == true ? 0 : 1, printed, "exec: /prober: no such file");
        if (open is { } expected)
        {
            PolicyEnforcement.IsOpen(result, "client").ShouldBe(expected);
        }
        else
        {
            Should.Throw<NotYetException>(() => PolicyEnforcement.IsOpen(result, "client")).Message.ShouldContain("no such file");
        }
    }
}
