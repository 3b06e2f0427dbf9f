using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Substitution;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The alerts of applications that have a page of their own, judged by Prometheus' own tool.</summary>
[TestFixture(NodeLocalDnsNames.Name)]
[TestFixture(GeoDnsNames.Name)]
public sealed class ApplicationAlertTests(string application)
{
    private string Cases => Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", application, "all.yaml");

    [Test]
    public async Task They_fire_when_they_should_and_only_then()
    {
        if (Tool.Promtool.Find(Environment.GetEnvironmentVariable("PATH")) is not { } promtool)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
            return;
        }

        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(WithoutAnnotations(Rules())));
        var file = folder.Write("all.yaml", await File.ReadAllTextAsync(Cases));
        (await ToolProcess.RunAsync(promtool, ["test", "rules", file], new ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    [Test]
    public void Each_has_a_runbook_a_case_that_fires_and_one_that_stays_quiet()
    {
        var (page, cases) = (File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")), File.ReadAllText(Cases));
        foreach (var alert in application == GeoDnsNames.Name ? GeoDnsMonitoring.Alerts : NodeLocalDnsMonitoring.Alerts)
        {
            page.ShouldContain($"\n## {alert.Name}\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts:\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts: []\n");
        }
    }

    private static SourceRepository Repository => Given.Platform(Given.Infra).Repository;

    private Mapping Rules() => (Mapping)ObjectSubstitution.Apply(
        application == GeoDnsNames.Name ? GeoDnsMonitoring.Rule(Repository) : NodeLocalDnsMonitoring.Rule(Repository),
        VariableSet.Of(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Variables.ClusterName] = "infra",
            [Variables.MonitoringRelease] = "monitoring",
        }), strict: true).Manifest["spec"]!;

    internal static Node WithoutAnnotations(Node node) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Where(entry => entry.Key != "annotations")
            .Select(entry => entry with { Value = WithoutAnnotations(entry.Value) })),
        Sequence sequence => Sequence.Of(sequence.Items.Select(WithoutAnnotations)),
        _ => node,
    };
}
