using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Tests.Render;
using PlatformGitOps.Generator.Yaml;
using DefinedCluster = PlatformGitOps.Generator.Definition.Cluster;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>Our schema of the chart's values against the chart itself.</summary>
public sealed partial class CoreDnsChartValuesTests
{
    private static readonly ChartReference Chart = new("coredns", CoreDnsChart.Default.ToString(), "https://coredns.github.io/helm");

    [Test]
    public void Every_value_that_the_templates_read_is_known_and_no_other()
    {
        var templates = string.Concat(Directory.GetFiles(Path.Combine(Unpacked(), "templates")).Select(File.ReadAllText));
        var read = Reference().Matches(templates).Select(match => match.Groups[1].Value).Distinct().ToArray();

        // A path that is read, or one above or below it where the template takes a mapping as a whole or item by item.
        var known = Paths(CoreDnsChart.For(CoreDnsChart.Default).Values, "").ToArray();
        read.Where(path => !known.Any(candidate => IsSameOrAbove(path, candidate))).ShouldBeEmpty();
        known.Where(path => !read.Any(candidate => IsSameOrAbove(path, candidate) || IsSameOrAbove(candidate, path))).ShouldBeEmpty();
    }

    [Test]
    public void The_defaults_of_the_chart_fit_their_types()
    {
        var defaults = YamlReader.Read("values.yaml", File.ReadAllBytes(Path.Combine(Unpacked(), "values.yaml")),
            YamlOptions.Tree).Documents[0];

        ShapeCheck.CheckValues(defaults, CoreDnsChart.For(CoreDnsChart.Default).Values)
            .Select(problem => $"{problem.Path}: {problem.Expected}")
            .ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Clusters))]
    public async Task Every_value_that_is_written_changes_what_the_chart_renders(DefinedCluster cluster)
    {
        var dead = await DeadValues.FindAsync(Chart, Values(cluster), TestChart.Options(), TimeProvider.System, CancellationToken.None);

        // use_tcp is written ahead of chart 1.42.1, which serves TCP only where it is asked to (docs/version-drift.md);
        // the number of replicas is the scaler's where there is one.
        string[] expected = cluster.Dns.Autoscaling is Autoscaling.Off ? ["servers.0.zones.0.use_tcp"]
            : ["replicaCount", "servers.0.zones.0.use_tcp"];
        dead.ShouldBe(expected);
    }

    [Test]
    public async Task A_value_that_the_chart_does_not_read_is_found_dead()
    {
        Mapping values = new() { { "prometheus", new Mapping { { "servicemonitor", new Mapping { { "enabled", true } } } } },
            { "replicaCount", 2 } };

        (await DeadValues.FindAsync(Chart, values, TestChart.Options(), TimeProvider.System, CancellationToken.None))
            .ShouldBe(["prometheus.servicemonitor.enabled"]);
    }

    private static IEnumerable<TestCaseData> Clusters()
    {
        yield return new TestCaseData(Given.Infra).SetArgDisplayNames("fixed replicas");
        yield return new TestCaseData(Given.Infra with { Dns = Given.Infra.Dns with { Autoscaling = new Autoscaling.Horizontal(6, 70) } })
            .SetArgDisplayNames("horizontal");
        yield return new TestCaseData(Given.Infra with
        {
            Dns = Given.Infra.Dns with
            {
                Autoscaling = new Autoscaling.Proportional(64, 8,
            6)
            }
        }).SetArgDisplayNames("proportional");
    }

    private static Mapping Values(DefinedCluster cluster)
    {
        var applied = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster)))).Cluster("infra", strict: true).Applied;
        return (Mapping)applied.Single(resource => resource.IsHelmRelease && resource.Name == "coredns").Body.At("spec", "values")!;
    }

    private static string Unpacked()
    {
        var chart = TestChart.Options().LocalCharts["coredns"];
        if (!Directory.Exists(chart))
        {
            Assert.Ignore("COREDNS_CHART names an archive; unpack it for this test.");
        }

        return chart;
    }

    private static IEnumerable<string> Paths(Shape shape, string path) => shape is ObjectShape keys
        ? keys.Keys.SelectMany(key => Paths(key.Shape, path.Length == 0 ? key.Name : $"{path}.{key.Name}"))
        : [path];

    private static bool IsSameOrAbove(string path, string below) => below == path || below.StartsWith(path + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\.Values\.([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)")]
    private static partial Regex Reference();
}
