using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Compares each layer of the definitions of the acceptance suite: the output of <c>render</c> and the build of Flux.</summary>
public sealed class DeliveredLayerTests
{
    private const string Owner = "kustomize.toolkit.fluxcd.io/";

    private static readonly string Folder = RepositoryRoot.File("acceptance", "fixtures");

    private static IEnumerable<string> Definitions() => Directory.GetFiles(Path.Combine(Folder, "definitions"), "*.yaml")
        .Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal).Prepend("sample.yaml");

    [TestCaseSource(nameof(Definitions))]
    public async Task Flux_builds_what_render_shows(string definition)
    {
        var flux = FluxBuildTests.Program();
        var token = TestContext.CurrentContext.CancellationToken;
        using var repository = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Path.Combine(Folder, definition))!))
        {
            // A definition may refer to other files in its folder.
            File.Copy(file, Path.Combine(repository.Path, Path.GetFileName(file)));
        }

        var source = Path.Combine(repository.Path, Path.GetFileName(definition));
        (await Verb.Run("generate", "-f", source)).ExitCode.ShouldBe(0);
        var kustomization = Path.Combine(repository.Path, "layer.yaml");
        foreach (var cluster in FluxTree.ClustersOf(SourceTree.OnDisk(repository.Path)))
        {
            var ours = await ClusterRender.BuildAsync(
                repository.Path, cluster, new RenderOptions { StrictSubstitution = true }, TimeProvider.System, token);
            ours.Problem.ShouldBeNull(cluster);
            var settings = (Mapping)Given.Objects(File.ReadAllText(
                Path.Combine(repository.Path, Layout.ClusterFolder(cluster), "cluster-settings.yaml"))).Single()["data"]!;
            foreach (var layer in ours.Layers.Where(layer => layer is { Folder: not null, IsBootstrap: false }))
            {
                File.WriteAllText(kustomization, YamlWriter.WriteFragment(Inline(layer.Kustomization.Body, settings)));
                var theirs = await ToolProcess.RunAsync(
                    flux,
                    ["build", "kustomization", layer.Name, "--path", Path.Combine(repository.Path, layer.Folder!), "--kustomization-file",
                        kustomization, "--dry-run", "--strict-substitute"],
                    new ToolOptions(),
                    token);
                theirs.ShouldSucceed();
                Described(Given.Objects(theirs.Output)).ShouldBe(Described(layer.Applied.Select(resource => resource.Body)),
                    $"{cluster}: {layer.Name}");
            }
        }
    }

    /// <summary>Without a cluster, flux does not read the ConfigMap of the settings.</summary>
    private static Mapping Inline(Mapping kustomization, Mapping settings) => kustomization.At("spec", "postBuild") is null
        ? kustomization : kustomization.SetAt(["spec", "postBuild"], new Mapping { { "substitute", settings } });

    private static string[] Described(IEnumerable<Mapping> objects) =>
    [
        .. objects.Where(body => body["kind"] is not null).Select(body => FluxBuildTests.Describe(Unowned(body)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Without the labels of Flux's inventory.</summary>
    private static Mapping Unowned(Mapping body)
    {
        if (body.At("metadata", "labels") is not Mapping labels)
        {
            return body;
        }

        var others = labels.Entries.Where(label => !label.Key.StartsWith(Owner, StringComparison.Ordinal)).ToArray();
        return others.Length > 0 ? body.SetAt(["metadata", "labels"], new Mapping(others.AsEnumerable()))
            : body.SetAt(["metadata"], ((Mapping)body["metadata"]!).Without("labels"));
    }
}
