using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The effect of Flux on one object, in the order of severity.</summary>
public enum ChangeKind
{
    Create,
    Change,

    /// <summary>
    /// Cannot be changed in place: a release is uninstalled and installed again, an object is deleted and created again if forced, and
    /// otherwise the change fails.
    /// </summary>
    Replace,

    /// <summary>Another Flux Kustomization applies it: the first one deletes it if it is reconciled before the second.</summary>
    Move,

    /// <summary>Leaves the tree and stays in the cluster, where nothing manages it.</summary>
    Abandon,

    /// <summary>Leaves the tree, and Flux deletes it from the cluster.</summary>
    Prune,
}

/// <summary>The effect of Flux on one object, and its reason.</summary>
/// <param name="Kind">The kind of the change.</param>
/// <param name="Id">The object.</param>
/// <param name="Owner">The Flux Kustomization that has or gets the object.</param>
public sealed record Change(ChangeKind Kind, ResourceId Id, ResourceId Owner)
{
    /// <summary>The fields that differ.</summary>
    public ImmutableArray<FieldChange> Fields { get; init; } = [];

    /// <summary>The effect on the cluster; null if the kind is enough.</summary>
    public string? Reason { get; init; }

    /// <summary>True if cluster DNS may fail because of it.</summary>
    public bool EndangersDns { get; init; }
}

/// <summary>The changes of Flux in one cluster.</summary>
/// <param name="Cluster">Its name.</param>
public sealed record ClusterPlan(string Cluster)
{
    /// <summary>In the order of severity, then of names.</summary>
    public ImmutableArray<Change> Changes { get; init; } = [];

    /// <summary>The group of the cluster in the definition; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>A note about the whole cluster, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The errors for which Flux would refuse the new tree.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    public bool EndangersDns => Changes.Any(change => change.EndangersDns);
}

/// <summary>The changes of Flux in all clusters, or why there is no plan.</summary>
public sealed record PlanResult
{
    /// <summary>Sorted by name.</summary>
    public ImmutableArray<ClusterPlan> Clusters { get; init; } = [];

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<SubstratePlan> Substrates { get; init; } = [];

    /// <summary>The records that are lost.</summary>
    public RecordPlan Records { get; init; } = new();

    /// <summary>An unknown git reference, no git, no repository; null if there is a plan.</summary>
    public string? Problem { get; init; }

    public bool AllowPrune { get; init; }

    /// <summary>The differences between the disk and the definition.</summary>
    public TreeDrift Drift { get; init; } = new();

    /// <summary>True if live DNS is endangered without permission, or too many records are lost.</summary>
    public bool Refused => EndangersDns || Records.IsRefused;

    /// <summary>True if live DNS would be deleted, abandoned, moved or replaced without permission.</summary>
    public bool EndangersDns => !AllowPrune
        && (Clusters.Any(cluster => cluster.EndangersDns) || Substrates.Any(substrate => substrate.EndangersDns));

    public IEnumerable<Finding> Findings => Clusters.SelectMany(cluster => cluster.Findings).Distinct();

    /// <summary>0: success; 1: Flux would refuse the new tree; 2: no plan; 3: DNS or records would be endangered.</summary>
    public int ExitCode => Problem is not null ? 2 : Refused ? 3 : Findings.Any() ? 1 : 0;

    public static PlanResult Failed(string problem) => new() { Problem = problem };
}
