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
    public void The_pods_get_it(string written, string delivered)
    {
        var platform = Given.Defined($$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                tolerations: [{{written}}]
            """);
        var release = CoreDnsRelease.In(new FluxTree(SourceTree.Of(Tree.Build(platform))).Cluster("infra", strict: true)).Single();

        DnsObjects.Of(release).Pod.MappingsAt("tolerations").Last().ToJson()!.ToJsonString().ShouldBe(delivered);
    }
}
