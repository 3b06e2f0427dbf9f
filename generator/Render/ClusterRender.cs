using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Render;

/// <summary>
/// The objects of one cluster: its folder and every Flux Kustomization that follows from it, built by the real kustomize with Flux's
/// substitution, and Helm charts on request.
/// </summary>
public static class ClusterRender
{
    /// <summary>Renders a cluster of the tree on disk.</summary>
    /// <param name="repositoryRoot">The folder that contains <c>kubernetes/</c>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="options">Rendering options.</param>
    /// <param name="time">The clock for the programs' time limit.</param>
    /// <param name="cancellationToken">Also ends the programs.</param>
    public static async Task<RenderResult> BuildAsync(
        string repositoryRoot, string cluster, RenderOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var tree = SourceTree.OnDisk(repositoryRoot);
        var names = FluxTree.ClustersOf(tree).ToArray();
        if (!names.Contains(cluster))
        {
            var known = names.Length == 0 ? "Run the generator first." : $"The clusters are {string.Join(", ", names)}.";
            return RenderResult.Failed($"Cluster '{cluster}' does not exist. {known}");
        }

        try
        {
            using var kustomize = new KustomizeBuild(tree, options, time);
            var root = await kustomize.BuildAsync(new BuildRequest(Layout.ClusterFolder(cluster)), cancellationToken);
            var walk = new ClusterWalk(tree, cluster, options.StrictSubstitution, root);
            while (walk.Next() is { } request)
            {
                walk.Apply(await kustomize.BuildAsync(request, cancellationToken));
            }

            var result = new RenderResult { Layers = walk.Result.Layers, Findings = [.. walk.Result.Layers.SelectMany(Findings)] };
            return options.Helm ? await WithChartsAsync(result, walk.Result, options, time, cancellationToken)
                : result;
        }
        catch (RenderException failure)
        {
            return RenderResult.Failed(failure.Message);
        }
    }

    /// <summary>Findings in kustomize's output name no file, so the folder of the layer takes its place.</summary>
    private static IEnumerable<Finding> Findings(Layer layer) =>
        layer.Findings.Select(finding => finding.File.Length > 0 ? finding : finding with { File = layer.Path });

    /// <summary>An unavailable chart does not hide the others.</summary>
    private static async Task<RenderResult> WithChartsAsync(
        RenderResult result, FluxCluster cluster, RenderOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var helm = new HelmTemplate(options, time);
        var (releases, problems) = (new List<RenderedRelease>(), new List<string>());
        foreach (var (layer, resource) in cluster.Layers.SelectMany(layer => layer.Applied.Select(resource => (layer, resource))))
        {
            if (!resource.IsHelmRelease || (!options.Releases.IsEmpty && !options.Releases.Contains(resource.Name)))
            {
                continue;
            }

            try
            {
                var release = HelmRelease.Of(resource, cluster.FindBody);
                releases.Add(await helm.RenderAsync(layer, release, cancellationToken));
            }
            catch (RenderException failure)
            {
                problems.Add(failure.Message);
            }
        }

        return result with { Releases = [.. releases], Problem = problems.Count == 0 ? null : string.Join('\n', problems) };
    }
}

/// <summary>How a cluster is rendered.</summary>
public sealed record RenderOptions
{
    /// <summary>True if an unset variable is a fault, as in Flux 2.9; false if it is an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>Whether to render Helm charts too.</summary>
    public bool Helm { get; init; }

    /// <summary>The HelmReleases to render; empty for all.</summary>
    public ImmutableHashSet<string> Releases { get; init; } = [];

    /// <summary>Local charts, a folder or an archive by chart name; the others are fetched from their source.</summary>
    public ImmutableDictionary<string, string> LocalCharts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The folders that are searched for programs, as in the environment variable PATH.</summary>
    public string? SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH");

    /// <summary>The time limit of one program.</summary>
    internal static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(2);
}

/// <summary>The manifests of one HelmRelease.</summary>
/// <param name="Layer">The Flux Kustomization of the HelmRelease.</param>
/// <param name="Name">The name of Helm's release.</param>
/// <param name="Namespace">The namespace of its objects.</param>
/// <param name="Chart">The chart.</param>
/// <param name="Objects">What Helm renders.</param>
public sealed record RenderedRelease(ResourceId Layer, string Name, string Namespace, ChartReference Chart,
    ImmutableArray<Mapping> Objects);

/// <summary>What a cluster receives, or why it cannot be rendered.</summary>
public sealed record RenderResult
{
    public ImmutableArray<Layer> Layers { get; init; } = [];

    /// <summary>The rendered Helm releases; empty unless charts are rendered.</summary>
    public ImmutableArray<RenderedRelease> Releases { get; init; } = [];

    /// <summary>What Flux would refuse.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>Why rendering is incomplete: a missing program, an unknown cluster, an unavailable chart. Null if it is complete.</summary>
    public string? Problem { get; init; }

    /// <summary>0 success, 1 Flux would refuse something, 2 rendering failed.</summary>
    public int ExitCode => Problem is not null ? 2 : Findings.IsEmpty ? 0 : 1;

    /// <summary>All objects; those of a layer's charts come after those of the layer.</summary>
    public IEnumerable<Mapping> Objects => Layers.SelectMany(layer =>
        layer.Applied.Select(resource => resource.Body).Concat(ReleasesOf(layer).SelectMany(release => release.Objects)));

    public IEnumerable<RenderedRelease> ReleasesOf(Layer layer) => Releases.Where(release => release.Layer == layer.Id);

    public static RenderResult Failed(string problem) => new() { Problem = problem };
}

/// <summary>Ends rendering; <see cref="ClusterRender"/> turns it into <see cref="RenderResult.Problem"/>.</summary>
internal sealed class RenderException(string message) : Exception(message);
