using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Render;

/// <summary>
/// What one cluster receives: the cluster's folder and every Flux Kustomization that follows from it, built by the real kustomize, with
/// Flux's substitution, and the charts' manifests on request.
/// </summary>
public static class ClusterRender
{
    /// <summary>Renders a cluster of the tree on disk.</summary>
    /// <param name="repositoryRoot">The folder that contains <c>kubernetes/</c>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock of the programs' time limit.</param>
    /// <param name="cancellationToken">Ends the programs too.</param>
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
            var root = await kustomize.BuildAsync(new BuildRequest(Layout.ClusterFolder(cluster)), cancellationToken).ConfigureAwait(false);
            var walk = new ClusterWalk(tree, cluster, options.StrictSubstitution, root);
            while (walk.Next() is { } request)
            {
                walk.Apply(await kustomize.BuildAsync(request, cancellationToken).ConfigureAwait(false));
            }

            var result = new RenderResult { Layers = walk.Result.Layers, Findings = [.. walk.Result.Layers.SelectMany(Findings)] };
            return options.Helm ? await WithChartsAsync(result, walk.Result, options, time, cancellationToken).ConfigureAwait(false)
                : result;
        }
        catch (RenderException failure)
        {
            return RenderResult.Failed(failure.Message);
        }
    }

    /// <summary>The output of kustomize has no files; the folder is where to look.</summary>
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
                releases.Add(await helm.RenderAsync(layer, release, cancellationToken).ConfigureAwait(false));
            }
            catch (RenderException failure)
            {
                problems.Add(failure.Message);
            }
        }

        return result with { Releases = [.. releases], Problem = problems.Count == 0 ? null : string.Join('\n', problems) };
    }
}
