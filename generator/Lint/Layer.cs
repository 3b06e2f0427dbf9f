using System.Collections.Immutable;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Substitution;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>One Flux Kustomization of one cluster, with what it applies.</summary>
public sealed record Layer
{
    /// <summary>The Flux Kustomization; where something else applies the cluster's folder, an object without a spec.</summary>
    public required Resource Kustomization { get; init; }

    /// <summary>Its folder, relative to the root; null where it leads out of the tree.</summary>
    public required string? Folder { get; init; }

    /// <summary>As kustomize builds them.</summary>
    public required ImmutableArray<Resource> Raw { get; init; }

    /// <summary>As the cluster receives them, in the same order.</summary>
    public required ImmutableArray<Resource> Applied { get; init; }

    public required VariableSet Variables { get; init; }

    public string Name => Kustomization.Name;

    /// <summary>The Flux Kustomizations that must be ready before.</summary>
    public IEnumerable<Mapping> DependsOn => ((Kustomization.Body.At("spec", "dependsOn") as Sequence)?.Items ?? []).OfType<Mapping>();

    public bool Substitutes => Variables.Values.Count > 0;
}
