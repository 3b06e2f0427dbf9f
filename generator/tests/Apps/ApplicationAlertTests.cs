using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using PlatformGitOps.Generator.Flux.Substitution;
using PlatformGitOps.Generator.Tests.Emission;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The alerts that a cluster enables, each kind in its own object, tested with promtool.</summary>
[TestFixture(NodeLocalDnsNames.Name)]
[TestFixture(GeoDnsNames.Name)]
[TestFixture(BurnRateAlerts.Name)]
public sealed class ApplicationAlertTests(string application)
{
    private string[] Cases => Directory.GetFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", application), "*.yaml");

    [Test]
    public async Task They_fire_when_they_should_and_only_then()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(Promtool.WithoutAnnotations(Rules())));
        foreach (var cases in Cases)
        {
            var file = folder.Write(Path.GetFileName(cases), await File.ReadAllTextAsync(cases));
            (await Promtool.Run("test", "rules", file)).ShouldSucceed();
        }
    }

    [Test]
    public async Task Prometheus_accepts_them_with_their_annotations()
    {
        using var folder = new TemporaryFolder();
        (await Promtool.Run("check", "rules", folder.Write("rules.yaml", YamlWriter.WriteFragment(Rules())))).ShouldSucceed();
    }

    [Test]
    public void Each_has_a_runbook_a_case_that_fires_and_one_that_stays_quiet()
    {
        var (page, cases) = (File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")), string.Concat(Cases.Select(File.ReadAllText)));
        foreach (var alert in Emitted.Alerts)
        {
            page.ShouldContain($"\n### {alert.Name}\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts:\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts: []\n");
        }
    }

    private (ImmutableArray<Alert> Alerts, Func<SourceRepository, Mapping> Rule) Emitted => application switch
    {
        GeoDnsNames.Name => (GeoDnsMonitoring.Alerts, GeoDnsMonitoring.Rule),
        BurnRateAlerts.Name => (BurnRateAlerts.All, BurnRateAlerts.Rule),
        _ => (NodeLocalDnsMonitoring.Alerts, NodeLocalDnsMonitoring.Rule),
    };

    private Mapping Rules() => (Mapping)ObjectSubstitution.Apply(
        Emitted.Rule(Given.Platform(Given.Infra).Repository),
        VariableSet.Of(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Variables.ClusterName] = "infra",
            [Variables.MonitoringRelease] = "monitoring",
            [CoreDnsVariables.ErrorBudget] = "0.0005",
            [CoreDnsVariables.LatencyBudget] = "0.01",
            [CoreDnsVariables.LatencyBound] = "0.128",
        }), strict: true).Manifest["spec"]!;
}

/// <summary>The alerts on the hosts of a substrate, tested with promtool.</summary>
public sealed class SubstrateAlertTests
{
    private static readonly string Folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "substrate");

    private static readonly Platform Platform = Given.Valid("substrate-kubernetes");

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
        _ = alerts;
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(Promtool.WithoutAnnotations(rules)));
        var file = folder.Write("all.yaml", await File.ReadAllTextAsync(Path.Combine(Folder, name)));
        (await Promtool.Run("test", "rules", file)).ShouldSucceed();
    }

    [TestCaseSource(nameof(Files))]
    public void Each_has_a_runbook_a_case_that_fires_and_one_that_stays_quiet(string name, Mapping rules, object alerts)
    {
        _ = rules;
        var (page, cases) = (File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")), File.ReadAllText(Path.Combine(Folder, name)));
        foreach (var alert in (IEnumerable<Alert>)alerts)
        {
            page.ShouldContain($"\n### {alert.Name}\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts:\n");
            cases.ShouldContain($"alertname: {alert.Name}\n        exp_alerts: []\n");
        }
    }
}
