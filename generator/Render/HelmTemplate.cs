using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>The manifests that Helm makes of a release, without any cluster.</summary>
internal sealed class HelmTemplate(RenderOptions options, TimeProvider time)
{
    private readonly string program = Tool.Helm.Find(options.SearchPath)
        ?? throw new RenderException($"helm is not on the search path. {Tool.Helm.HowToGet}");

    public async Task<RenderedRelease> RenderAsync(Mapping release, ChartReference chart, CancellationToken cancellationToken)
    {
        var target = release.TextAt("spec", "targetNamespace");
        var name = release.TextAt("spec", "releaseName")
            ?? (target is null ? "" : target + "-") + release.TextAt("metadata", "name");
        var @namespace = target ?? release.TextAt("metadata", "namespace") ?? "default";
        var output = await RunAsync(name, @namespace, chart, release.At("spec", "values") as Mapping ?? [], cancellationToken).ConfigureAwait(false);
        return new RenderedRelease(name, @namespace, chart.Name, chart.Version, KustomizeBuild.Objects("helm", output));
    }

    /// <summary>What Helm writes for a chart with values.</summary>
    public async Task<string> RunAsync(string release, string @namespace, ChartReference chart, Mapping values, CancellationToken cancellationToken)
    {
        // Values go through a file: arguments are visible to everybody on the machine.
        var folder = Directory.CreateTempSubdirectory("platform-gitops-values-");
        try
        {
            var file = Path.Combine(folder.FullName, "values.yaml");
            await File.WriteAllTextAsync(file, YamlWriter.WriteFragment(values), cancellationToken).ConfigureAwait(false);
            string[] arguments = ["template", release, .. Chart(chart), "--namespace", @namespace, "--values", file, "--include-crds"];
            var result = await ToolProcess.RunAsync(program, arguments, options.ToolTimeout, time, cancellationToken).ConfigureAwait(false);
            return result.Succeeded ? result.Output : throw new RenderException($"The chart {chart.Name} {chart.Version} cannot be rendered: {result.Explain()}");
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
