using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Tests.Render;
using DefinedCluster = PlatformGitOps.Generator.Definition.Cluster;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>Compares our schema of the chart's values with the chart.</summary>
public sealed partial class CoreDnsChartValuesTests
{
    private static readonly ChartReference Chart = new("coredns", CoreDnsChart.Default.ToString(), "https://coredns.github.io/helm");

    [Test]
    public void Every_value_that_the_templates_read_is_known_and_no_other()
    {
        var templates = string.Concat(Directory.GetFiles(Path.Combine(Unpacked(), "templates")).Select(File.ReadAllText));
        var read = Reference().Matches(templates).Select(match => match.Groups[1].Value).Distinct().ToArray();

        // A path that is read, or one above or below it if the template reads a mapping as a whole or item by item.
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

        // use_tcp is written before chart 1.42.1, which serves TCP only if enabled (docs/version-drift.md). With an autoscaler, the number
        // of replicas is the autoscaler's.
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
        yield return new TestCaseData(Given.Cluster("dns: { autoscaling: { kind: hpa } }")).SetArgDisplayNames("horizontal");
        yield return new TestCaseData(Given.Cluster("dns: { autoscaling: { kind: proportional } }")).SetArgDisplayNames("proportional");
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

/// <summary>The memory for a cluster's size.</summary>
public sealed class ClusterSizeTests
{
    /// <summary>docs/corefile.md has the measurement: 20,000 pods and 2,000 Services, the cache full.</summary>
    [TestCase(false, 92)]
    [TestCase(true, 438)]
    public void It_is_at_least_the_measured_number(bool autopath, int megabytes) =>
        new ClusterSize(20_000, 2_000)
        .Needs(DnsDefinition.Read(autopath ? "autopath: true" : "").Dns).ShouldBeGreaterThanOrEqualTo(megabytes * 1_000_000m);
}

/// <summary>The variables of CoreDNS's container, and those that a definition adds.</summary>
public sealed class ContainerVariablesTests
{
    [TestCase("{}", "GOMAXPROCS:")]
    [TestCase("{ env: [] }", "GOMAXPROCS:")]
    [TestCase("{ env: [{ name: A, value: b }] }", "GOMAXPROCS:,A:b")]
    [TestCase("{ env: [{ name: A, value: b }, { name: GOMAXPROCS, value: '2' }] }", "A:b,GOMAXPROCS:2")]
    public void A_definitions_variables_are_added_and_its_own_GOMAXPROCS_wins(string values, string variables)
    {
        var platform = Read(values).ShouldBeOfType<PlatformReading.Valid>().Platform;

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
