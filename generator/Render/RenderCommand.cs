using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>The verb <c>render</c>: what a cluster will receive, as YAML.</summary>
public static class RenderCommand
{
    /// <summary>Writes the objects to <paramref name="output"/> and what is wrong to <paramref name="error"/>.</summary>
    /// <returns>0 fine, 1 Flux would refuse something, 2 it could not be rendered.</returns>
    public static async Task<int> RunAsync(
        string repositoryRoot,
        string cluster,
        RenderOptions options,
        TextWriter output,
        TextWriter error,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var result = await ClusterRender.BuildAsync(repositoryRoot, cluster, options, time, cancellationToken).ConfigureAwait(false);
        foreach (var layer in result.Layers)
        {
            await output.WriteLineAsync($"# Flux Kustomization {layer.Name}: {(layer.IsForeign ? Foreign(layer) : layer.Path)}".AsMemory(), cancellationToken)
                .ConfigureAwait(false);
            await WriteAsync(layer.Applied.Select(resource => resource.Body), output, cancellationToken).ConfigureAwait(false);
            foreach (var release in result.ReleasesOf(layer))
            {
                var line = $"# Helm release {release.Namespace}/{release.Name}: chart {release.Chart.Name} {release.Chart.Version}";
                await output.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
                await WriteAsync(release.Objects, output, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var line in result.Findings.Select(finding => finding.ToString()).Concat(result.Problem is null ? [] : [result.Problem]))
        {
            await error.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
        }

        return result.ExitCode;
    }

    private static string Foreign(Layer layer) => $"its source {layer.Source.Kind} {layer.Source.Name} is another repository, its objects are unknown";

    private static async Task WriteAsync(IEnumerable<Mapping> objects, TextWriter output, CancellationToken cancellationToken)
    {
        foreach (var resource in objects)
        {
            await output.WriteAsync($"---\n{YamlWriter.WriteFragment(resource)}".AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }
}
