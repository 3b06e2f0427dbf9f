using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The alerts on the hosts of a substrate, judged by Prometheus' own tool.</summary>
public sealed class SubstrateAlertTests
{
    private static readonly string Cases = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "substrate", "all.yaml");

    private static readonly Platform Platform = ((PlatformReading.Sound)PlatformText.Read("platform.yaml",
        File.ReadAllBytes(Path.Combine(Tests.Definition.Fixtures.Folder, "valid", "substrate.yaml")))).Platform;

    [Test]
    public async Task They_fire_when_they_should_and_only_then()
    {
        if (Tool.Promtool.Find(Environment.GetEnvironmentVariable("PATH")) is not { } promtool)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
            return;
        }

        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(
            ApplicationAlertTests.WithoutAnnotations(SubstrateAlerts.Rules(Platform.Substrates[0], Platform.Repository))));
        var file = folder.Write("all.yaml", await File.ReadAllTextAsync(Cases));
        (await ToolProcess.RunAsync(promtool, ["test", "rules", file], new ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    [Test]
    public void Each_has_a_runbook_a_case_that_fires_and_one_that_stays_quiet()
    {
        var (page, cases) = (File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")), File.ReadAllText(Cases));
        foreach (var alert in SubstrateAlerts.Of(Platform.Substrates[0]))
        {
            page.ShouldContain($"\n## {alert.Name}\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts:\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts: []\n");
        }
    }
}
