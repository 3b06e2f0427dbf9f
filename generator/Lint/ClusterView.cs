using System.Collections.Immutable;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Lint;

/// <summary>One cluster of the tree as rules see it.</summary>
public sealed record ClusterView
{
    public required string Name { get; init; }

    public required ImmutableArray<Layer> Layers { get; init; }

    /// <summary>The releases of the coredns chart.</summary>
    public required ImmutableArray<CoreDnsRelease> Releases { get; init; }

    public required LintOptions Options { get; init; }

    public required TreeText Text { get; init; }

    /// <summary>Everything that the cluster receives, charts not included.</summary>
    public IEnumerable<Resource> Applied => Layers.SelectMany(layer => layer.Applied);

    public Resource? Find(string kind, string @namespace, string name) =>
        Applied.FirstOrDefault(resource => resource.Kind == kind && resource.Namespace == @namespace && resource.Name == name);
}
