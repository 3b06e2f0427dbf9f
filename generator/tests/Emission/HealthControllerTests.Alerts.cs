using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>Its alerts, tested with promtool.</summary>
public sealed partial class HealthControllerTests
{
    [Test]
    public async Task Prometheus_accepts_the_alerts()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("rules.yaml", YamlWriter.WriteFragment(Alerts()));

        (await Promtool.Run("check", "rules", file)).ShouldSucceed();
    }

    [TestCase("all.yaml", "0")]
    [TestCase("above-five.yaml", "5")]
    public async Task The_alerts_fire_when_they_should_and_only_then(string name, string above)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(Promtool.WithoutAnnotations(Alerts(above))));
        var cases = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "health-controller", name);
        var file = folder.Write(name, await File.ReadAllTextAsync(cases));

        (await Promtool.Run("test", "rules", file)).ShouldSucceed();
    }

    [Test]
    public void Every_alert_asks_for_metrics_that_the_controller_exports_and_has_a_runbook()
    {
        var (source, page) = (File.ReadAllText(RepositoryRoot.File("controller", "Metrics", "ControllerMetrics.cs")),
            File.ReadAllText(RepositoryRoot.File("docs", "alerts.md")));
        var rules = ((Sequence)Single("PrometheusRule").Body.At("spec", "groups")!).Items.Cast<Mapping>()
            .SelectMany(group => ((Sequence)group["rules"]!).Items.Cast<Mapping>()).ToArray();

        rules.ShouldNotBeEmpty();
        foreach (var rule in rules)
        {
            page.ShouldContain($"\n### {rule.TextAt("alert")}\n");
            var metrics = System.Text.RegularExpressions.Regex.Matches(rule.TextAt("expr")!, @"\bdns_\w+").Select(match => match.Value)
                .ToArray();
            metrics.ShouldNotBeEmpty();
            metrics.ShouldAllBe(metric => source.Contains($"\"{metric}\""));
        }
    }

    private static Mapping Alerts(string above = "0")
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLUSTER_NAME"] = "infra",
            ["MONITORING_RELEASE"] = "monitoring",
            ["HEALTH_CONTROLLER_ALERT_ABOVE"] = above,
        };
        return (Mapping)ObjectSubstitution.Apply(Single("PrometheusRule").Body, VariableSet.Of(settings), strict: true).Manifest["spec"]!;
    }
}
