using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Render;

/// <summary>Renders the manifests of a Helm release without a cluster.</summary>
internal sealed class HelmTemplate(RenderOptions options, TimeProvider time)
{
    private readonly string program = Tool.Helm.Find(options.SearchPath)
        ?? throw new RenderException($"helm is not on the search path. {Tool.Helm.HowToGet}");

    /// <exception cref="RenderException">The tree does not contain the chart's source or a source of values, or Helm fails.</exception>
    public async Task<RenderedRelease> RenderAsync(Layer layer, HelmRelease release, CancellationToken cancellationToken)
    {
        var chart = release.Chart ?? throw new RenderException(
            $"The tree does not contain the chart source of HelmRelease {release.Manifest.Name}.");
        if (chart.IsFolder && !options.LocalCharts.ContainsKey(chart.Name))
        {
            throw new RenderException($"The chart of HelmRelease {release.Manifest.Name} is a folder of {chart.Url}, which render does not "
                + $"fetch. Name the folder: --chart {chart.Name}=path.");
        }

        if (!release.HasAllValues)
        {
            throw new RenderException(
                $"HelmRelease {release.Manifest.Name} reads values that are not in the tree, are encrypted (spec.valuesFrom), "
                + "or are files of the chart (valuesFiles).");
        }

        var @namespace = release.Namespace.Length > 0 ? release.Namespace : "default";
        var output = await RunAsync(release.Name, @namespace, chart, release.Values, cancellationToken);
        IReadOnlyList<Mapping> objects = KustomizeBuild.Objects("helm", output);
        foreach (var renderer in release.PostRenderers)
        {
            objects = await PostRenderAsync(objects, release.Manifest.Body, renderer, cancellationToken);
        }

        return new RenderedRelease(layer.Id, release.Name, @namespace, chart,
            [.. objects.Select(item => CommonMetadata.Over(item, release.Manifest.Body))]);
    }

    /// <summary>
    /// Applies the release's post-renderers like helm-controller: the manifests become the resources of a kustomization. Helm 3 does not
    /// post-render hooks.
    /// </summary>
    private async Task<IReadOnlyList<Mapping>> PostRenderAsync(
        IReadOnlyList<Mapping> objects, Mapping release, Mapping renderer, CancellationToken cancellationToken)
    {
        const string Output = "helm-output.yaml";
        bool IsLeft(Mapping item) => release.TextAt("spec", "postRenderStrategy") == "nohooks"
            && item.TextAt("metadata", "annotations", "helm.sh/hook") is not null;
        var kustomization = new Mapping
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "resources", Sequence.Of((Node)Output) },
            { "patches", renderer["patches"] },
            { "images", renderer["images"] },
        };
        var manifests = string.Join("---\n", objects.Where(item => !IsLeft(item)).Select(YamlWriter.WriteFragment));
        var tree = SourceTree.Of(new Dictionary<string, byte[]>
        {
            [Output] = Encoding.UTF8.GetBytes(manifests),
            ["kustomization.yaml"] = Encoding.UTF8.GetBytes(YamlWriter.WriteFragment(kustomization)),
        });
        using var kustomize = new KustomizeBuild(tree, options, time);
        var built = await kustomize.BuildAsync(new BuildRequest(""), cancellationToken);
        return [.. built.Resources.Select(resource => resource.Body), .. objects.Where(IsLeft)];
    }

    /// <summary>Helm's output for a chart with values.</summary>
    public async Task<string> RunAsync(
        string release, string @namespace, ChartReference chart, Mapping values, CancellationToken cancellationToken)
    {
        // Values go through a file: all users of the machine can see arguments.
        var folder = Directory.CreateTempSubdirectory("platform-gitops-values-");
        try
        {
            var file = Path.Combine(folder.FullName, "values.yaml");
            await File.WriteAllTextAsync(file, YamlWriter.WriteFragment(values), cancellationToken);
            string[] arguments = ["template", release, .. Chart(chart), "--namespace", @namespace, "--values", file, "--include-crds"];
            var toolOptions = new ToolOptions { Timeout = RenderOptions.ToolTimeout, Time = time };
            var result = await ToolProcess.RunAsync(program, arguments, toolOptions, cancellationToken);
            return result.Succeeded
                ? result.Output
                : throw new RenderException($"The chart {chart.Name} {chart.Version} cannot be rendered: {result.Explain()}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private string[] Chart(ChartReference chart) => options.LocalCharts.TryGetValue(chart.Name, out var local)
        ? [local]
        : chart.IsOci ? [chart.Url, "--version", chart.Version] : [chart.Name, "--repo", chart.Url, "--version", chart.Version];
}
