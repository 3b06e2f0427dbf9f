using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>The suite's own rendering equals the output of kustomize and Helm for the same tree.</summary>
public sealed class RenderingTests
{
    private string folder = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task WriteTree()
    {
        folder = Directory.CreateTempSubdirectory("rendering-").FullName;
        foreach (var file in Tree.Build(StorySample.Tree.Platform))
        {
            var path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, file.Text, Token);
        }
    }

    [TearDown]
    public void Remove() => Directory.Delete(folder, recursive: true);

    [TestCase("infra")]
    [TestCase("apps")]
    public async Task A_clusters_folder_builds_as_kustomize_builds_it(string role)
    {
        await Require.Program("kubectl", Token);
        var built = await Cli.Wrap("kubectl").WithArguments(["kustomize", Path.Combine(folder, "kubernetes", "clusters", role)])
            .ExecuteBufferedAsync(Token);
        Sorted(Rendered(role).Flux).ShouldBe(Sorted(YamlDocuments.Resources(built.StandardOutput)));
    }

    [TestCase("infra")]
    [TestCase("apps")]
    public Task Helm_puts_the_values_where_the_checks_expect_them(string role) => AsHelm(Rendered(role));

    [Test]
    public Task Helm_writes_a_server_of_several_zones_as_the_checks_expect_it() =>
        AsHelm(RenderedCluster.From(StorySample.Tree.For(Catalog.Checks.Single(check => check.Id == "Adoption.3")), StorySample.Cluster));

    [Test]
    public async Task Helm_gives_the_accounts_and_rights_that_the_page_of_rights_names()
    {
        var tree = DefinedTree.Generated(DefinedTree.Read(Path.Combine(StorySample.Folder, "access.yaml")), null);
        ChartAccess.Differences(await ByHelm(RenderedCluster.From(tree, "cilium"))).ShouldBeEmpty();
    }

    private async Task AsHelm(RenderedCluster rendered)
    {
        var compared = ChartOutput.Compare(rendered, await ByHelm(rendered)).ToList();
        compared.SelectMany(entry => entry.Differences.Select(difference => $"{entry.Compared}: {difference}")).ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<Resource>> ByHelm(RenderedCluster rendered)
    {
        await Require.Program("helm", Token);
        if (SuiteSettings.Current.Chart is not { } chart)
        {
            Assert.Ignore("the setting chart names no chart; give its folder, archive or address");
            return [];
        }

        var values = Path.Combine(folder, "values.json");
        await File.WriteAllTextAsync(values, rendered.Values.Document.ToJsonString(), Token);
        var helm = await Cli.Wrap("helm").WithArguments(["template", "coredns", chart, "--namespace", "kube-system", "--values", values])
            .ExecuteBufferedAsync(Token);
        return YamlDocuments.Resources(helm.StandardOutput);
    }

    private RenderedCluster Rendered(string role) =>
        RenderedCluster.From(StorySample.Tree with { Source = SourceTree.OnDisk(folder) }, role);

    private static string Sorted(IEnumerable<Resource> resources) =>
        string.Join('\n', resources.OrderBy(resource => resource.ToString(), StringComparer.Ordinal)
            .Select(resource => Ordered(resource.Document)!.ToJsonString()));

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject map =>
            new JsonObject(
                map.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => KeyValuePair.Create(entry.Key, Ordered(entry.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}
