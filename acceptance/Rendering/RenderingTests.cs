using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Machine;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;
using Resource = PlatformGitOps.Acceptance.Resources.Resource;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>The in-memory rendering below the static halves is what kustomize and Helm make of the same tree.</summary>
public sealed class RenderingTests
{
    private readonly ICommands commands = AdapterSet.Commands();
    private string folder = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task WriteTree()
    {
        folder = Directory.CreateTempSubdirectory("rendering-").FullName;
        foreach (var file in Tree.Build(Repository.Platform))
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
        var built = await commands.Run(new CommandLine("kubectl", "kustomize", Path.Combine(folder, "kubernetes", "clusters", role)), Token);
        Sorted(RenderedCluster.From(SourceTree.OnDisk(folder), role).Flux).ShouldBe(Sorted(YamlDocuments.Resources(built.Output)));
    }

    [TestCase("infra")]
    [TestCase("apps")]
    public async Task The_chart_model_says_what_helm_says(string role)
    {
        await Require.Program("helm", Token);
        if (SuiteSettings.Current.Chart is not { } chart)
        {
            Assert.Ignore("the setting chart names no chart; give its folder, archive or address");
            return;
        }

        var rendered = RenderedCluster.From(SourceTree.OnDisk(folder), role);
        var values = Path.Combine(folder, "values.json");
        await File.WriteAllTextAsync(values, rendered.Release.At("spec.values")!.ToJsonString(), Token);
        var helm = await commands.Run(new CommandLine("helm", "template", "coredns", chart, "--namespace", "kube-system", "--values", values), Token);
        var real = YamlDocuments.Resources(helm.Output).ToDictionary(resource => $"{resource.Kind}/{resource.Name}");
        foreach (var model in rendered.Chart)
        {
            Differences(model.Document, real[$"{model.Kind}/{model.Name}"].Document, model.ToString()).ShouldBeEmpty();
        }
    }

    /// <summary>Everything that the model says must be what Helm says; Helm may say more (annotations, further labels).</summary>
    private static IEnumerable<string> Differences(JsonNode? model, JsonNode? real, string path) => (model, real) switch
    {
        (JsonObject said, JsonObject true_) => said.SelectMany(entry => Differences(entry.Value, true_[entry.Key], $"{path}.{entry.Key}")),
        (JsonArray said, JsonArray true_) when said.Count == true_.Count => said.SelectMany((item, i) => Differences(item, true_[i], $"{path}[{i}]")),
        _ => Same(model, real) ? [] : [$"{path}: {model?.ToJsonString()} is {real?.ToJsonString()}"],
    };

    private static bool Same(JsonNode? model, JsonNode? real) =>
        JsonNode.DeepEquals(model, real) || (model is JsonValue && real is JsonValue && Plain(model) == Plain(real));

    private static string Plain(JsonNode node) => string.Join('\n', node.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    private static string Sorted(IEnumerable<Resource> resources) =>
        string.Join('\n', resources.OrderBy(resource => resource.ToString(), StringComparer.Ordinal).Select(resource => Ordered(resource.Document)!.ToJsonString()));

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Ordered(entry.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}
