using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do in one cluster.</summary>
/// <param name="Cluster">Its name.</param>
public sealed record ClusterPlan(string Cluster)
{
    /// <summary>In the order of severity, then of names.</summary>
    public ImmutableArray<Change> Changes { get; init; } = [];

    /// <summary>Something about the whole cluster, or null.</summary>
    public string? Note { get; init; }

    /// <summary>What Flux would refuse in the new tree, or what cannot be foreseen.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    public bool EndangersDns => Changes.Any(change => change.EndangersDns);
}
