namespace PlatformGitOps.Generator.Plan;

/// <summary>The differences between the files on disk and the definition, for a plan.</summary>
public sealed record TreeDrift
{
    /// <summary>Files that were not edited, removed or replaced by the generator, and files that generate cannot write.</summary>
    public ImmutableArray<DriftedFile> ByHand { get; init; } = [];

    /// <summary>The number of files that the next generate writes or removes, because the definition or the generator changed.</summary>
    public int OutOfDate { get; init; }

    /// <summary>True if the plan shows the files on disk, false if it shows them after generate.</summary>
    public bool AsOnDisk { get; init; }

    /// <summary>The differences between the planned tree and the tree of the definition alone.</summary>
    public ImmutableArray<ClusterPlan> Effects { get; init; } = [];

    /// <summary>Why the disk could not be compared.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    public bool IsEmpty => ByHand.IsEmpty && OutOfDate == 0 && Obstacles.IsEmpty;

    /// <summary>Warnings about files that were edited by hand, and why others are not known.</summary>
    public IEnumerable<Finding> Findings =>
        ByHand.Select(file => file.AsFinding()).Concat(Obstacles).Select(finding => finding with { Severity = Severity.Warning });

    /// <summary>Compares the planned tree with the one of the definition.</summary>
    /// <param name="disk">The differences on disk.</param>
    /// <param name="asOnDisk">True if the planned tree is the disk's.</param>
    /// <param name="defined">The tree of the definition, with the user's own files.</param>
    /// <param name="planned">The tree of the plan.</param>
    /// <param name="isStrict">True for a cluster in which an unset variable fails a Flux Kustomization.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    public static TreeDrift Of(
        DriftResult disk, bool asOnDisk, Func<SourceTree> defined, SourceTree planned, Func<string, bool> isStrict,
        CancellationToken cancellationToken)
    {
        // A changed hash in the lock file changes nothing that Flux reads.
        var files = disk.Files.Where(file => file.Cause is not (DriftCause.Foreign or DriftCause.Lock)).ToArray();
        var byHand = files.Where(file => file.IsKept || file.Cause is DriftCause.Hand or DriftCause.Both).ToImmutableArray();
        var drift = new TreeDrift
        {
            ByHand = byHand,
            OutOfDate = files.Length - byHand.Length,
            AsOnDisk = asOnDisk,
            Obstacles = disk.Obstacles,
        };
        return drift.IsEmpty || !(asOnDisk || byHand.Any(file => file.IsKept)) ? drift : drift with
        {
            Effects = [.. PlanRun.Compare(defined(), planned, isStrict, cancellationToken).Clusters
                .Where(cluster => !cluster.Changes.IsEmpty || cluster.Note is not null)],
        };
    }
}
