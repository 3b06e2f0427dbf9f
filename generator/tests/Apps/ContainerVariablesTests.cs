using System.Text;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The variables of CoreDNS's container, and those of a definition beside them.</summary>
public sealed class ContainerVariablesTests
{
    [TestCase("{}", "GOMAXPROCS:")]
    [TestCase("{ env: [] }", "GOMAXPROCS:")]
    [TestCase("{ env: [{ name: A, value: b }] }", "GOMAXPROCS:,A:b")]
    [TestCase("{ env: [{ name: A, value: b }, { name: GOMAXPROCS, value: '2' }] }", "A:b,GOMAXPROCS:2")]
    public void A_definitions_variables_are_added_and_its_own_GOMAXPROCS_wins(string values, string variables)
    {
        var platform = Read(values).ShouldBeOfType<PlatformReading.Sound>().Platform;

        var release = new FluxTree(SourceTree.Of(Tree.Build(platform))).Cluster("a", strict: true).Applied
            .Single(resource => resource is { IsHelmRelease: true, Name: "coredns" }).Body;

        string.Join(',', release.MappingsAt("spec", "values", "env").Select(entry => $"{entry.TextAt("name")}:{entry.TextAt("value")}"))
            .ShouldBe(variables);
    }

    private static PlatformReading Read(string values) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes($$"""
        repository: { url: https://github.com/example/platform.git }
        clusters: [{ name: a, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }, values: { coredns: {{values}} } }]
        """));
}
