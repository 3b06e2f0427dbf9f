using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The alerts on the hosts of a substrate, judged by Prometheus' own tool.</summary>
public sealed class SubstrateAlertTests
{
    private static readonly string Folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "substrate");

    private static readonly Platform Platform = ((PlatformReading.Sound)PlatformText.Read("platform.yaml",
        File.ReadAllBytes(Path.Combine(Tests.Definition.Fixtures.Folder, "valid", "substrate-kubernetes.yaml")))).Platform;

    private static IEnumerable<TestCaseData> Files()
    {
        yield return new TestCaseData("all.yaml", SubstrateAlerts.Rules(Platform.Substrates[0], Platform.Repository),
            SubstrateAlerts.Of(Platform.Substrates[0])).SetArgDisplayNames("DNS");
        yield return new TestCaseData("kubernetes.yaml", KubernetesAlerts.Rules(Platform.Substrates[0], Platform.Repository),
            KubernetesAlerts.Of(Platform.Substrates[0])).SetArgDisplayNames("Kubernetes");
    }

    [TestCaseSource(nameof(Files))]
    public async Task They_fire_when_they_should_and_only_then(string name, Mapping rules, object alerts)
    {
        if (Tool.Promtool.Find(Environment.GetEnvironmentVariable("PATH")) is not { } promtool)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
            return;
        }

        _ = alerts;
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(ApplicationAlertTests.WithoutAnnotations(rules)));
        var file = folder.Write("all.yaml", await File.ReadAllTextAsync(Path.Combine(Folder, name)));
        (await ToolProcess.RunAsync(promtool, ["test", "rules", file], new ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    [TestCaseSource(nameof(Files))]
    public void Each_has_a_runbook_a_case_that_fires_and_one_that_stays_quiet(string name, Mapping rules, object alerts)
    {
        _ = rules;
        var (page, cases) = (File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")), File.ReadAllText(Path.Combine(Folder, name)));
        foreach (var alert in (IEnumerable<Alert>)alerts)
        {
            page.ShouldContain($"\n## {alert.Name}\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts:\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts: []\n");
        }
    }
}
