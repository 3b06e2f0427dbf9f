using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What is to be compared.</summary>
public sealed record PlanRequest
{
    /// <summary>The folder that holds <c>kubernetes/</c>.</summary>
    public required string Root { get; init; }

    /// <summary>The tree that the clusters will get: generated in memory, or as it stands on disk.</summary>
    public required SourceTree After { get; init; }

    /// <summary>The commit whose tree the clusters have: anything that git resolves to one.</summary>
    public string Against { get; init; } = "HEAD";

    /// <summary>True where an unset variable fails a Flux Kustomization.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>True where live DNS may be deleted, abandoned, moved or replaced.</summary>
    public bool AllowPrune { get; init; }
}
