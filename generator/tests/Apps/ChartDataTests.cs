using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.ChartReading;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Schema;
using DefinedPlatform = PlatformGitOps.Generator.Definition.Platform;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>Compares the data files of the chart with the charts, and tests the command that generates them.</summary>
public sealed class ChartDataTests
{
    /// <summary>A folder with archives of released charts, such as coredns-1.38.0.tgz.</summary>
    private const string Variable = "COREDNS_CHARTS";

    private static readonly string[] Names = ["releases.yaml", "values.yaml", "coredns.yaml"];

    private static IEnumerable<string> Delivered() => CoreDnsChart.Delivered.Select(version => version.ToString());

    [Test]
    public async Task The_data_is_what_the_charts_at_hand_make_of_it()
    {
        var charts = Archives();
        using var folder = Copy();

        var run = await Verb.Run(["chart-data", .. charts, "--into", folder.Path]);

        run.ShouldBe(new Verb(0, string.Concat(Names.Select(name => $"unchanged {Path.Combine(folder.Path, name)}\n")), ""));
    }

    [Test]
    public void The_defaults_of_every_chart_at_hand_fit_their_types()
    {
        foreach (var chart in Archives().Select(ChartData.ReadChart))
        {
            ShapeCheck.CheckValues(chart.Defaults, CoreDnsChart.For(chart.Version).Values)
                .Select(problem => $"{chart.Version}: {problem.Path}: {problem.Expected}").ShouldBeEmpty();
        }
    }

    [TestCaseSource(nameof(Delivered))]
    public async Task Every_chart_at_hand_renders_the_values_and_serves_both_protocols(string version)
    {
        var archive = Archives().FirstOrDefault(path => path.EndsWith($"coredns-{version}.tgz", StringComparison.Ordinal));
        if (archive is null || Tool.Helm.Find() is null)
        {
            Assert.Ignore($"No chart {version} in {Variable}, or no helm on the search path.");
        }

        var options = new RenderOptions { StrictSubstitution = true, Helm = true };
        options = options with { LocalCharts = options.LocalCharts.Add("coredns", archive!) };
        var applied = new FluxTree(SourceTree.Of(Tree.Build(At(version)))).Cluster("infra", strict: true).Applied;
        var values = (Mapping)applied.Single(resource => resource.IsHelmRelease && resource.Name == "coredns").Body.At("spec", "values")!;
        var text = await new HelmTemplate(options, TimeProvider.System)
            .RunAsync("coredns", "kube-system", new ChartReference("coredns", version, ""), values, CancellationToken.None);

        var objects = KustomizeBuild.Objects("helm", text);
        var service = objects.Single(body => body.TextAt("kind") == "Service" && body.TextAt("metadata", "name") == "kube-dns");
        service.MappingsAt("spec", "ports").Select(port => port.TextAt("protocol")).Order().ShouldBe(["TCP", "UDP"]);
        var image = objects.Single(body => body.TextAt("kind") == "Deployment")
            .MappingsAt("spec", "template", "spec", "containers").First().TextAt("image");
        image.ShouldNotBeNull().ShouldEndWith($":{CoreDnsChart.AppVersionOf(SemVer.Parse(version))}");
    }

    [TestCaseSource(nameof(Delivered))]
    public void A_definition_that_names_a_released_chart_has_no_finding(string version)
    {
        var platform = At(version);
        Linter.Check(SourceTree.Of(Tree.Build(platform)), LintOptions.Of(platform)).Select(finding => finding.ToString()).ShouldBeEmpty();
    }

    [TestCase("1.42.1")]
    [TestCase("1.42.3")]
    public void A_chart_that_cannot_serve_tcp_is_refused_for_the_platform_and_for_a_cluster(string version)
    {
        const string Rest = "repository: { url: https://github.com/example/platform.git }\nclusters: [{ name: infra, "
            + "network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }";
        var chart = $"charts: {{ coredns: {{ version: {version} }} }}";
        foreach (var text in new[] { $"{chart}\n{Rest} }}]\n", $"{Rest}, {chart} }}]\n" })
        {
            PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)).ShouldBeOfType<PlatformReading.Invalid>()
                .Findings.ShouldHaveSingleItem().Message.ShouldContain("opens no TCP port");
        }
    }

    [Test]
    public void A_build_of_one_s_own_is_judged_as_its_release()
    {
        var own = SemVer.Parse("1.46.2-nord.1");
        CoreDnsChart.For(own).ShouldBeSameAs(CoreDnsChart.For(SemVer.Parse("1.46.2")));
        CoreDnsChart.AppVersionOf(own).ShouldBe(CoreDnsChart.AppVersionOf(SemVer.Parse("1.46.2")));
        CoreDnsChart.Releases.ContainsKey(own).ShouldBeFalse("a warning says whose data is taken");
    }

    [Test]
    public void A_value_belongs_to_the_versions_that_read_it()
    {
        CoreDnsChart Chart(string version) => CoreDnsChart.For(SemVer.Parse(version));
        Mapping values = new() { { "dnsConfig", new Mapping { { "options", Sequence.Of() } } } };

        ShapeCheck.CheckValues(values, Chart("1.45.1").Values).ShouldBeEmpty();
        foreach (var other in new[] { "1.45.0", "1.45.2" })
        {
            ShapeCheck.CheckValues(values, Chart(other).Values).Select(problem => problem.Path).ShouldBe(["dnsConfig"]);
        }

        Chart("1.45.2").OtherVersionsReading("dnsConfig").ShouldBe("Charts from 1.45.1 on read it, and from 1.45.2 on no longer.");
        Chart("1.38.0").OtherVersionsReading("deployment.dnsPolicy").ShouldBe("From chart 1.45.2 on.");
        Chart("1.38.0").OtherVersionsReading("deployment.nothing").ShouldBeNull();
    }

    [Test]
    public void The_image_s_tag_decides_the_plugins()
    {
        var chart = SemVer.Parse("1.46.2");
        CoreDnsChart.For(chart).Plugins.ShouldNotContain("shed");
        CoreDnsChart.For(chart, "v1.14.7@sha256:0").Plugins.ShouldContain("shed");
        CoreDnsChart.For(chart, "1.14.7").Series.Keys.ShouldContain("coredns_shed_dropped_total");
    }

    [Test]
    public async Task A_new_release_adds_its_values_and_leaves_the_others_as_they_are()
    {
        using var folder = Copy();
        using var chart = Chart("1.99.0", "1.99.1", "{{ .Values.newSwitch }} {{ .Values.service.name }}",
            "newSwitch: true\nautoscaler: { image: { tag: v2.0.0 } }\n");

        var run = await Verb.Run("chart-data", chart.Path, "--into", folder.Path);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("reads 'newSwitch'; its type is 'boolean' by its default");
        var values = await File.ReadAllTextAsync(Path.Combine(folder.Path, "values.yaml"));
        values.ShouldContain("  newSwitch >=1.99.0: boolean\n");
        values.ShouldContain("    name: text\n", customMessage: "service.name is read by all");
        values.ShouldContain("  replicaCount <1.99.0: integer\n");
        values.ShouldContain("  dnsConfig >=1.45.1 <1.45.2: any\n");
        var releases = await File.ReadAllTextAsync(Path.Combine(folder.Path, "releases.yaml"));
        releases.ShouldEndWith("  1.99.0: 1.99.1\n");
        releases.ShouldContain("  1.41.0: v1.9.0\n  1.99.0: v2.0.0\nreleases:\n  1.35.0: ");
        (await Verb.Run("chart-data", chart.Path, "--into", folder.Path)).Output.ShouldNotContain("written");
    }

    [Test]
    public async Task Sources_of_CoreDNS_add_metrics_with_their_labels_and_plugins()
    {
        using var folder = Copy();
        using var source = new TemporaryFolder();
        source.Write("plugin.cfg", "# a comment\n\nroot:root\nnovel:novel\n");
        source.Write("coremain/version.go", "const CoreVersion = \"1.99.1\"\n");
        source.Write("plugin/novel/metrics.go", """
            const sub = "novel"
            var a = promauto.NewCounterVec(prometheus.CounterOpts{
                Namespace: plugin.Namespace,
                Subsystem: sub,
                Name:      "asked_total",
                Help:      "{braces}",
            }, []string{"server", "zone"})
            var b = promauto.NewHistogram(prometheus.HistogramOpts{
                Namespace: plugin.Namespace, Subsystem: sub, Name: "seconds", Buckets: []float64{1, 2},
            })
            """);

        var run = await Verb.Run("chart-data", "--coredns", source.Path, "--into", folder.Path);

        run.ExitCode.ShouldBe(0, run.Error);
        var text = await File.ReadAllTextAsync(Path.Combine(folder.Path, "coredns.yaml"));
        text.ShouldContain("  coredns_novel_asked_total >=1.99.1: [server, zone]\n");
        text.ShouldContain("  coredns_novel_seconds >=1.99.1: []\n");
        text.ShouldContain("  coredns_panics_total <1.99.1: []\n");
        text.ShouldEndWith("  1.99.1:\n    [root, novel]\n");
    }

    [TestCase("name: other\nversion: 1.0.0\nappVersion: 1.0.0\n", "is not a coredns chart with a version and an appVersion")]
    [TestCase("name: coredns\nversion: latest\nappVersion: 1.0.0\n", "the version 'latest'")]
    [TestCase("name: [", "Chart.yaml cannot be read")]
    public async Task Another_chart_changes_nothing(string about, string message)
    {
        using var folder = Copy();
        using var chart = new TemporaryFolder();
        chart.Write("Chart.yaml", about);
        chart.Write("values.yaml", "{}\n");

        var run = await Verb.Run("chart-data", chart.Path, "--into", folder.Path);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(message);
        Names.Select(name => File.ReadAllText(Path.Combine(folder.Path, name)))
            .ShouldBe(Names.Select(name => File.ReadAllText(RepositoryRoot.File("generator", "Apps", "CoreDns", "Charts", name))));
    }

    [Test]
    public async Task A_path_that_is_not_there_or_not_an_archive_is_an_error()
    {
        using var folder = Copy();
        var file = folder.Write("broken.tgz", "no archive");
        (await Verb.Run("chart-data", "/nowhere.tgz", "--into", folder.Path)).Error.ShouldContain("'/nowhere.tgz' does not exist");
        (await Verb.Run("chart-data", file, "--into", folder.Path)).Error.ShouldContain("is not a chart's archive");
        (await Verb.Run("chart-data", "--coredns", folder.Path, "--into", folder.Path)).Error.ShouldContain("has no sources of CoreDNS");
        (await Verb.Run("chart-data", "--into", folder.Path)).ExitCode.ShouldBe(2);
        (await Verb.Run("chart-data", file, "--into", "/nowhere")).Error.ShouldContain("Run this in a checkout");
    }

    private static DefinedPlatform At(string version)
    {
        var story = Given.Platform(Given.Infra);
        var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == "coredns")!.Publisher;
        return story.WithChart("coredns", story.Charts["coredns"].At(SemVer.Parse(version), publisher));
    }

    private static string[] Archives()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        if (!Directory.Exists(folder))
        {
            Assert.Ignore($"{Variable} names no folder with archives of the chart (helm pull coredns --version ...).");
        }

        return [.. Directory.GetFiles(folder!, "coredns-*.tgz").Order(StringComparer.Ordinal)];
    }

    private static TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        foreach (var name in Names)
        {
            folder.Write(name, File.ReadAllText(RepositoryRoot.File("generator", "Apps", "CoreDns", "Charts", name)));
        }

        return folder;
    }

    private static TemporaryFolder Chart(string version, string coreDns, string template, string values)
    {
        var folder = new TemporaryFolder();
        folder.Write("Chart.yaml", $"name: coredns\nversion: {version}\nappVersion: {coreDns}\n");
        folder.Write("values.yaml", values);
        folder.Write("templates/all.yaml", template);
        return folder;
    }
}
