using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Tests.Render;

/// <summary>Builds the emitted tree with the real kustomize, and with the real Helm if the chart is available.</summary>
public sealed class ClusterRenderTests
{
    private TemporaryFolder repository = null!;

    [SetUp]
    public void WriteTree()
    {
        repository = new TemporaryFolder();
        foreach (var file in Tree.Build(Given.Platform(Given.Infra, Given.Apps)))
        {
            repository.Write(file.Path, file.Text);
        }
    }

    [TearDown]
    public void DeleteTree() => repository.Dispose();

    [TestCase("infra", "10.245.0.10")]
    [TestCase("apps", "10.247.0.10")]
    public async Task Every_layer_of_the_cluster_is_built_and_nothing_is_left_to_substitute(string cluster, string address)
    {
        NeedsKustomize();

        var result = await Render(cluster, new RenderOptions { StrictSubstitution = true });

        result.Problem.ShouldBeNull();
        result.Findings.ShouldBeEmpty();
        result.Layers.Select(layer => layer.Name)
            .ShouldBe([$"cluster-{cluster}-coredns", $"cluster-{cluster}-crds", $"cluster-{cluster}"], ignoreOrder: true);
        result.Objects.Single(IsCoreDnsRelease).TextAt("spec", "values", "service", "clusterIP").ShouldBe(address);
        string.Concat(result.Objects.Select(resource => YamlWriter.WriteFragment(resource))).ShouldNotContain("${");
    }

    [Test]
    public async Task The_pinned_chart_renders_with_the_values_of_the_cluster()
    {
        NeedsKustomize();
        var options = TestChart.Options();

        var result = await Render("infra", options with { Releases = ["coredns"] });

        result.Problem.ShouldBeNull();
        var objects = result.Releases.ShouldHaveSingleItem().Objects;
        objects.Select(resource => $"{resource.TextAt("kind")} {resource.TextAt("metadata", "name")}").Order(StringComparer.Ordinal)
            .ShouldBe(
        [
            "ClusterRole coredns", "ClusterRoleBinding coredns", "ConfigMap coredns", "Deployment coredns",
            "Service coredns-metrics", "Service kube-dns", "ServiceAccount coredns", "ServiceMonitor coredns",
        ]);
        objects.Single(resource => resource.TextAt("metadata", "name") == "kube-dns").TextAt("spec", "clusterIP").ShouldBe("10.245.0.10");
    }

    [Test]
    public async Task Post_renderers_patch_the_output_of_Helm()
    {
        NeedsKustomize();
        var options = TestChart.Options();
        var file = Path.Combine(repository.Path, "kubernetes/bases/coredns/helmrelease.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\nspec:\n", """

            spec:
              commonMetadata: {labels: {team: dns}}
              postRenderers:
                - kustomize:
                    patches:
                      - target: {kind: Deployment}
                        patch: "- {op: add, path: /spec/minReadySeconds, value: 7}"
                    images: [{name: coredns/coredns, newName: registry.example.com/coredns}]

            """));

        var result = await Render("infra", options with { Releases = ["coredns"] });

        result.Problem.ShouldBeNull();
        var objects = result.Releases.ShouldHaveSingleItem().Objects;
        objects.Select(resource => resource.TextAt("metadata", "labels", "team")).Distinct().ShouldBe(["dns"]);
        var spec = objects.Single(resource => resource.TextAt("kind") == "Deployment")["spec"].ShouldBeOfType<Mapping>();
        spec.TextAt("minReadySeconds").ShouldBe("7");
        spec.MappingsAt("template", "spec", "containers").First().TextAt("image")!.ShouldStartWith("registry.example.com/coredns");
    }

    [Test]
    public async Task A_chart_that_cannot_be_had_is_named_and_does_not_hide_the_rest()
    {
        NeedsKustomize();
        var options = TestChart.Options();

        var result = await Render("infra", options with
        {
            LocalCharts = options.LocalCharts.Add("prometheus-operator-crds",
            Path.Combine(repository.Path, "nowhere"))
        });

        result.ExitCode.ShouldBe(2);
        result.Problem.ShouldNotBeNull().ShouldContain("The chart prometheus-operator-crds 16.0.0 cannot be rendered");
        result.Releases.ShouldHaveSingleItem().Name.ShouldBe("coredns");
    }

    [Test]
    public async Task An_unset_variable_is_a_finding_under_strict_substitution_only()
    {
        NeedsKustomize();
        var rule = Path.Combine(repository.Path, "kubernetes/infrastructure/networking/coredns", "prometheusrule.yaml");
        File.WriteAllText(rule, File.ReadAllText(rule).Replace("${CLUSTER_NAME}", "${CLUSTER}"));

        var strict = await Render("infra", new RenderOptions { StrictSubstitution = true });
        var lenient = await Render("infra", new RenderOptions { StrictSubstitution = false });

        strict.ExitCode.ShouldBe(1);
        strict.Findings.ShouldHaveSingleItem().Message.ShouldContain("the variable CLUSTER is not set");
        lenient.ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task An_unknown_cluster_is_answered_with_those_that_there_are() =>
        (await Render("infre", new RenderOptions { StrictSubstitution = true })).Problem.ShouldBe(
            "Cluster 'infre' does not exist. The clusters are apps, infra.");

    [Test]
    public async Task A_missing_program_is_named_with_the_way_to_get_it()
    {
        var result = await Render("infra", new RenderOptions { StrictSubstitution = true, SearchPath = "" });

        result.ExitCode.ShouldBe(2);
        result.Problem.ShouldNotBeNull().ShouldContain("Install kubectl (https://kubernetes.io/docs/tasks/tools/)");
    }

    private Task<RenderResult> Render(string cluster, RenderOptions options) =>
        ClusterRender.BuildAsync(repository.Path, cluster, options, TimeProvider.System, CancellationToken.None);

    private static bool IsCoreDnsRelease(Mapping resource) => resource.TextAt("kind") == "HelmRelease"
        && resource.TextAt("metadata", "name") == "coredns";

    private static void NeedsKustomize()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        if ((Tool.Kustomize.Find(path) ?? Tool.Kubectl.Find(path)) is null)
        {
            Assert.Ignore($"Neither kustomize nor kubectl is on the search path. {Tool.Kubectl.HowToGet}");
        }
    }
}

/// <summary>The pinned chart on this machine, for tests with Helm.</summary>
internal static class TestChart
{
    private const string Variable = "COREDNS_CHART";

    /// <summary>Options with the chart; otherwise the test is skipped with instructions.</summary>
    public static RenderOptions Options()
    {
        var chart = Environment.GetEnvironmentVariable(Variable);
        if (chart is null || !(Directory.Exists(chart) || File.Exists(chart)))
        {
            Assert.Ignore(
                $"{Variable} names no folder or archive of the chart coredns 1.38.0 (helm pull coredns --repo " +
                "https://coredns.github.io/helm --version 1.38.0).");
        }

        var options = new RenderOptions
        {
            StrictSubstitution = true,
            Helm = true,
            LocalCharts = ImmutableDictionary<string, string>.Empty.Add("coredns", chart!)
        };
        if (Tool.Helm.Find(options.SearchPath) is null)
        {
            Assert.Ignore($"helm is not on the search path. {Tool.Helm.HowToGet}");
        }

        return options;
    }
}
