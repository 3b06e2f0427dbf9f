using System.Collections.Immutable;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Substitution;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>
/// What one cluster will receive: the cluster's folder and every Flux Kustomization that it leads to, built by the real kustomize,
/// with variables put in as Flux does it, and with the charts' manifests where they are asked for.
/// </summary>
public sealed class ClusterRender
{
    private readonly RenderOptions options;
    private readonly TimeProvider time;
    private readonly WorkingCopy copy;
    private readonly KustomizeBuild kustomize;
    private readonly Dictionary<(string Kind, string Namespace, string Name), Mapping> known = [];
    private readonly List<Finding> findings = [];

    private ClusterRender(WorkingCopy copy, RenderOptions options, TimeProvider time) =>
        (this.copy, this.options, this.time, kustomize) = (copy, options, time, new KustomizeBuild(options, time));

    /// <summary>Renders a cluster of the tree on disk.</summary>
    /// <param name="repositoryRoot">The folder that holds <c>kubernetes/</c>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="options">How.</param>
    /// <param name="time">What measures how long programs take.</param>
    /// <param name="cancellationToken">Ends the programs too.</param>
    public static async Task<RenderResult> BuildAsync(string repositoryRoot, string cluster, RenderOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var clusters = Path.Combine(repositoryRoot, Path.GetDirectoryName(Layout.ClusterFolder("x"))!);
        var names = Directory.Exists(clusters) ? Directory.GetDirectories(clusters).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal).ToArray() : [];
        if (!names.Contains(cluster))
        {
            return RenderResult.Failed($"There is no cluster '{cluster}'. {(names.Length == 0 ? "Run the generator first." : $"There is: {string.Join(", ", names)}.")}");
        }

        try
        {
            using var copy = WorkingCopy.Of(repositoryRoot, cancellationToken);
            return await new ClusterRender(copy, options, time).BuildAsync(Layout.ClusterFolder(cluster), cancellationToken).ConfigureAwait(false);
        }
        catch (RenderException failure)
        {
            return RenderResult.Failed(failure.Message);
        }
    }

    private async Task<RenderResult> BuildAsync(string folder, CancellationToken cancellationToken)
    {
        var root = await kustomize.BuildAsync(copy.Folder(folder), cancellationToken).ConfigureAwait(false);
        Remember(root);
        var layers = new List<RenderedLayer>();
        var waiting = new Queue<Mapping>(Kustomizations(root));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var kustomization))
        {
            if (seen.Add(kustomization.TextAt("metadata", "name") ?? ""))
            {
                var layer = await LayerAsync(kustomization, cancellationToken).ConfigureAwait(false);
                layers.Add(layer);
                Kustomizations(layer.Objects).ToList().ForEach(waiting.Enqueue);
            }
        }

        if (layers.Count == 0)
        {
            // Something else applies the cluster's folder: then it is all that there is to see.
            layers.Add(new RenderedLayer { Name = folder, Path = folder, DependsOn = [], Objects = root });
        }

        var problem = options.Helm ? await ReleasesAsync(layers, cancellationToken).ConfigureAwait(false) : null;
        return new RenderResult { Layers = [.. layers], Findings = [.. findings], Problem = problem };
    }

    private async Task<RenderedLayer> LayerAsync(Mapping kustomization, CancellationToken cancellationToken)
    {
        var (name, path) = (kustomization.TextAt("metadata", "name") ?? "", kustomization.TextAt("spec", "path") ?? "./");
        var folder = copy.Folder(path);
        using var overlay = FluxOverlay.Put(folder, (Mapping)kustomization["spec"]!);
        var built = await kustomize.BuildAsync(folder, cancellationToken).ConfigureAwait(false);
        var variables = PostBuild.Collect(kustomization, (kind, @namespace, name) => known.GetValueOrDefault((kind, @namespace, name)));
        findings.AddRange(variables.Findings);
        var substituted = built.Select(resource => ObjectSubstitution.Apply(resource, variables.Values, options.StrictSubstitution)).ToArray();
        findings.AddRange(substituted.SelectMany(result => result.Findings).Select(finding => finding with { File = path }));
        var objects = substituted.Select(result => result.Resource).ToImmutableArray();
        Remember(objects);
        return new RenderedLayer
        {
            Name = name,
            Path = path,
            DependsOn = [.. ((kustomization.At("spec", "dependsOn") as Sequence)?.Items ?? []).OfType<Mapping>().Select(needed => needed.TextAt("name") ?? "")],
            Objects = objects,
        };
    }

    /// <summary>A chart that cannot be had does not hide the others.</summary>
    private async Task<string?> ReleasesAsync(List<RenderedLayer> layers, CancellationToken cancellationToken)
    {
        var helm = new HelmTemplate(options, time);
        var problems = new List<string>();
        for (var index = 0; index < layers.Count; index++)
        {
            foreach (var release in layers[index].Objects.Where(IsWanted))
            {
                try
                {
                    var chart = ChartReference.Of(release, (kind, @namespace, name) => known.GetValueOrDefault((kind, @namespace, name)))
                        ?? throw new RenderException($"Where the chart of HelmRelease {release.TextAt("metadata", "name")} comes from is not in the tree.");
                    layers[index] = layers[index] with { Releases = layers[index].Releases.Add(await helm.RenderAsync(release, chart, cancellationToken).ConfigureAwait(false)) };
                }
                catch (RenderException failure)
                {
                    problems.Add(failure.Message);
                }
            }
        }

        return problems.Count == 0 ? null : string.Join('\n', problems);
    }

    private bool IsWanted(Mapping resource) =>
        resource.TextAt("kind") == "HelmRelease" && (options.Releases.IsEmpty || options.Releases.Contains(resource.TextAt("metadata", "name") ?? ""));

    private void Remember(IEnumerable<Mapping> objects)
    {
        foreach (var resource in objects)
        {
            known[(resource.TextAt("kind") ?? "", resource.TextAt("metadata", "namespace") ?? "", resource.TextAt("metadata", "name") ?? "")] = resource;
        }
    }

    private static IEnumerable<Mapping> Kustomizations(IEnumerable<Mapping> objects) =>
        objects.Where(resource => resource.TextAt("kind") == "Kustomization" && (resource.TextAt("apiVersion") ?? "").StartsWith("kustomize.toolkit.fluxcd.io/", StringComparison.Ordinal));
}
