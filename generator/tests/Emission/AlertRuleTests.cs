using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The emitted alerts, tested with promtool on the series of <c>generator/tests/alerts</c>.</summary>
public sealed class AlertRuleTests
{
    private static readonly string Cases = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts");

    [Test]
    public async Task Prometheus_accepts_every_rule_with_its_annotations()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("rules.yaml", YamlWriter.WriteFragment((Mapping)Rule()["spec"]!));

        (await Promtool.Run("check", "rules", file)).ShouldSucceed();
    }

    [TestCaseSource(nameof(CaseFiles))]
    public async Task The_alert_fires_when_it_should_and_only_then(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(WithSummaryOnly((Mapping)Rule()["spec"]!)));
        var file = folder.Write(name, await File.ReadAllTextAsync(Path.Combine(Cases, name)));

        (await Promtool.Run("test", "rules", file)).ShouldSucceed();
    }

    [Test]
    public void Every_alert_has_a_case_that_fires_and_one_that_stays_quiet()
    {
        var expectations = CaseFiles().SelectMany(name => Given.Objects(File.ReadAllText(Path.Combine(Cases, name))))
            .SelectMany(file => ((Sequence)file["tests"]!).Items.Cast<Mapping>())
            .SelectMany(test => ((Sequence)test["alert_rule_test"]!).Items.Cast<Mapping>())
            .ToLookup(expectation => expectation.TextAt("alertname")!, expectation =>
                ((Sequence)expectation["exp_alerts"]!).Items.Length > 0);
        var alerts = ((Sequence)Rule().At("spec", "groups")!).Items.Cast<Mapping>()
            .SelectMany(group => ((Sequence)group["rules"]!).Items.Cast<Mapping>()).Select(rule => rule.TextAt("alert")!);

        foreach (var alert in alerts)
        {
            expectations[alert].ShouldContain(true, alert);
            expectations[alert].ShouldContain(false, alert);
        }
    }

    private static IEnumerable<string> CaseFiles() => Directory.GetFiles(Cases, "*.yaml").Select(file => Path.GetFileName(file))
        .Order(StringComparer.Ordinal);

    private static Mapping Rule()
    {
        var file = Tree.Build(Given.Platform(Given.Infra))
            .Single(file => file.Path == $"kubernetes/infrastructure/networking/coredns/prometheusrule.yaml");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Variables.ClusterName] = "infra",
            [Variables.MonitoringRelease] = "monitoring",
            [CoreDnsVariables.HighQueryRate] = "5000",
        };
        return ObjectSubstitution.Apply(Given.Object(file.Text), VariableSet.Of(settings), strict: true).Manifest;
    }

    private static Node WithSummaryOnly(Node node) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select(entry => entry.Key == "annotations"
            ? entry with { Value = new Mapping { { "summary", ((Mapping)entry.Value)["summary"] } } }
            : entry with { Value = WithSummaryOnly(entry.Value) })),
        Sequence sequence => Sequence.Of(sequence.Items.Select(WithSummaryOnly)),
        _ => node,
    };
}

/// <summary>Every rule of every tree, in the clusters and on the hosts of a substrate.</summary>
public sealed class DeliveredRuleTests
{
    /// <summary>increase() is the same multiplied by the window, but looks like an exact count, although it extrapolates.</summary>
    [Test]
    public void No_rule_uses_increase()
    {
        var rules = Directory.GetFiles(Path.Combine(Fixtures.Folder, "valid"), "*.yaml")
            .Concat(Directory.GetFiles(RepositoryRoot.File("acceptance", "fixtures", "definitions"), "*.yaml"))
            .SelectMany(path => PlatformText.Read(path, File.ReadAllBytes(path)) is PlatformReading.Valid valid
                ? Tree.Build(valid.Platform) : [])
            .Where(file => file.Text.Contains("expr:")).DistinctBy(file => file.Text)
            .SelectMany(file => Given.Objects(file.Text))
            .SelectMany(document => document.MappingsAt("spec", "groups").Concat(document.MappingsAt("groups")))
            .SelectMany(group => group.MappingsAt("rules"))
            .Select(rule => (Name: rule.TextAt("alert") ?? rule.TextAt("record")!, Expression: rule.TextAt("expr")!)).ToArray();

        // One of each application, so that a missing part does not pass.
        Wanted.Except(rules.Select(rule => rule.Name)).ShouldBeEmpty();
        rules.Where(rule => rule.Expression.Contains("increase(")).Select(rule => rule.Name).ShouldBeEmpty();
    }

    private static readonly string[] Wanted =
    [
        "CoreDNSDown", "CoreDNSErrorBudgetBurns", "dns:slow:ratio_rate3d", "DNSHealthControllerHeldBack", "ExternalDNSDown", "GeoDNSDown",
        "NodeLocalDNSDown", "SubstrateVerifyFailed", "SubstrateEtcdWithoutQuorum",
    ];
}
