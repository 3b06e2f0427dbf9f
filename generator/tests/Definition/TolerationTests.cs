namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Tolerations in the form of Kubernetes, and in the old form without 'operator'.</summary>
public sealed class TolerationTests
{
    [TestCase("{ key: dedicated }", """{"key":"dedicated","operator":"Exists"}""")]
    [TestCase("{ effect: NoSchedule }", """{"operator":"Exists","effect":"NoSchedule"}""")]
    [TestCase("{ key: dedicated, value: dns }", """{"key":"dedicated","operator":"Equal","value":"dns"}""")]
    [TestCase("{ operator: Exists }", """{"operator":"Exists"}""")]
    [TestCase("{ key: dedicated, operator: Exists, effect: NoExecute, tolerationSeconds: 300 }",
        """{"key":"dedicated","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}""")]
    [TestCase("{ key: dedicated, operator: Equal, value: '' }", """{"key":"dedicated","operator":"Equal","value":""}""")]
    public void The_pods_get_it(string written, string delivered) =>
        Delivered(written)[^1].ToJson()!.ToJsonString().ShouldBe(delivered);

    /// <summary>Of a pod's tolerations Kubernetes takes the first that is for the taint of a lost node.</summary>
    [TestCase("", 30, 30)]
    [TestCase("{ key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 20 }", 30, 20)]
    [TestCase("{ key: node.kubernetes.io/not-ready, effect: NoExecute, value: '', operator: Equal, tolerationSeconds: 0 }", 0, 30)]
    [TestCase("{ operator: Exists, effect: NoExecute, tolerationSeconds: 45 }", 45, 45)]
    [TestCase("{ operator: Exists }", 30, 30)]
    [TestCase("{ operator: Exists }, { key: node.kubernetes.io/unreachable, effect: NoExecute, tolerationSeconds: 20 }", 30, 20)]
    [TestCase("{ effect: NoExecute, tolerationSeconds: 45 }, { key: node.kubernetes.io/unreachable, effect: NoExecute, "
        + "tolerationSeconds: 20 }", 45, 20)]
    [TestCase("{ operator: Exists }, { effect: NoExecute, tolerationSeconds: 45 }", 30, 30)]
    [TestCase("{ key: node.kubernetes.io/unreachable, effect: NoSchedule }", 30, 30)]
    [TestCase("{ key: node.kubernetes.io/unreachable, effect: NoExecute, value: other, tolerationSeconds: 20 }", 30, 30)]
    public void A_DNS_pod_leaves_a_lost_node_when_the_definition_says(string written, int notReady, int unreachable)
    {
        var delivered = Delivered(written);

        Seconds("node.kubernetes.io/not-ready").ShouldBe(notReady);
        Seconds("node.kubernetes.io/unreachable").ShouldBe(unreachable);

        long? Seconds(string taint) => (long?)delivered.First(toleration => (toleration.TextAt("key") ?? taint) == taint
                && (toleration.TextAt("effect") ?? "NoExecute") == "NoExecute" && (toleration.TextAt("value") ?? "").Length == 0)
            .ToJson()!["tolerationSeconds"];
    }

    private static ImmutableArray<Mapping> Delivered(string written)
    {
        var platform = Given.Defined($$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                tolerations: [{{written}}]
            """);
        var release = CoreDnsRelease.In(new FluxTree(SourceTree.Of(Tree.Build(platform))).Cluster("infra", strict: true)).Single();
        return [.. DnsObjects.Of(release).Pod.MappingsAt("tolerations")];
    }
}
