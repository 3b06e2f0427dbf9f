using System.Collections.Immutable;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do with one object, and why.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">With which object.</param>
/// <param name="Owner">The Flux Kustomization that does it.</param>
public sealed record Change(ChangeKind Kind, ResourceId Id, ResourceId Owner)
{
    /// <summary>The fields that differ.</summary>
    public ImmutableArray<FieldChange> Fields { get; init; } = [];

    /// <summary>What follows for the cluster; null where the kind says it all.</summary>
    public string? Reason { get; init; }

    /// <summary>True where cluster DNS may go away with it.</summary>
    public bool EndangersDns { get; init; }
}
