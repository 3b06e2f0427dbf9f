using System.Collections.Concurrent;
using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Flux;

/// <summary>All clusters of a tree, built in this process. Each distinct folder is built once; an instance is thread-safe.</summary>
public sealed class FluxTree(SourceTree tree)
{
    private readonly Kustomizer kustomizer = new(tree);

    // By the spec.ignore of a source.
    private readonly ConcurrentDictionary<string, Kustomizer> others = new(StringComparer.Ordinal);

    public SourceTree Source => tree;

    /// <summary>The names of the clusters, sorted.</summary>
    public IEnumerable<string> Clusters() => ClustersOf(tree);

    public static IEnumerable<string> ClustersOf(SourceTree tree) =>
        tree.FilesBelow(Layout.Clusters).Select(Layout.ClusterOf).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Everything that Flux would apply in a cluster.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="strict">True if an undefined variable fails a Flux Kustomization.</param>
    public FluxCluster Cluster(string name, bool strict)
    {
        var walk = new ClusterWalk(tree, name, strict, Build(new BuildRequest(Layout.ClusterFolder(name))));
        var builds = walk.Ignored is { } patterns ? others.GetOrAdd(patterns, _ => new Kustomizer(walk.Tree)) : kustomizer;
        while (walk.Next() is { } request)
        {
            walk.Apply(builds.Build(request));
        }

        kustomizer.Forget(Layout.ClusterFolder(name));
        return walk.Result;
    }

    /// <summary>The objects that Flux would build from a folder, before substitution.</summary>
    public BuildResult Build(BuildRequest request) => kustomizer.Build(request);

    /// <summary>
    /// YAML faults of all files, also of those that no cluster uses. Custom tags are accepted in files that are not manifests.
    /// </summary>
    public IEnumerable<Finding> Unreadable() => Unreadable(tree.FilesBelow(Layout.Root));

    /// <summary>The same for some files.</summary>
    public IEnumerable<Finding> Unreadable(IEnumerable<string> paths) => paths
        .Where(path => path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".yml", StringComparison.Ordinal))
        .SelectMany(path => kustomizer.Faults(path))
        .Where(finding => finding.Rule != YamlRules.Tag);
}
