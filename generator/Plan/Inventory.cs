using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>All that Flux manages in one cluster.</summary>
public sealed record Inventory
{
    /// <summary>Of a cluster that the tree does not have.</summary>
    public static readonly Inventory None = new();

    public ImmutableDictionary<ResourceId, Managed> Objects { get; init; } = ImmutableDictionary<ResourceId, Managed>.Empty;

    public ImmutableDictionary<ResourceId, Layer> Layers { get; init; } = ImmutableDictionary<ResourceId, Layer>.Empty;

    /// <summary>What Flux would refuse, and what cannot be foreseen here.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>False where the tree has no folder for the cluster.</summary>
    public bool Exists { get; init; }
}
