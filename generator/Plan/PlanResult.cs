using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do in every cluster, or why that cannot be told.</summary>
public sealed record PlanResult
{
    /// <summary>Sorted by name.</summary>
    public ImmutableArray<ClusterPlan> Clusters { get; init; } = [];

    /// <summary>An unknown git reference, no git, no repository; null where there is a plan.</summary>
    public string? Problem { get; init; }

    public bool AllowPrune { get; init; }

    /// <summary>True where live DNS would be deleted, abandoned, moved or replaced, and nobody has allowed that.</summary>
    public bool Refused => !AllowPrune && Clusters.Any(cluster => cluster.EndangersDns);

    public IEnumerable<Finding> Findings => Clusters.SelectMany(cluster => cluster.Findings).Distinct();

    /// <summary>0 fine, 1 Flux would refuse the new tree, 2 no plan, 3 refused to endanger live DNS.</summary>
    public int ExitCode => Problem is not null ? 2 : Refused ? 3 : Findings.Any() ? 1 : 0;

    public static PlanResult Failed(string problem) => new() { Problem = problem };
}
