namespace PlatformGitOps.Generator.Plan;

/// <summary>Where the files on disk are not what the definition says, beside a plan.</summary>
public sealed record TreeDrift
{
    /// <summary>Edited, removed or replaced by somebody other than the generator, and what generate cannot write.</summary>
    public ImmutableArray<DriftedFile> ByHand { get; init; } = [];

    /// <summary>How many files the next generate writes or removes, because the definition or the generator changed.</summary>
    public int OutOfDate { get; init; }

    /// <summary>True where the plan shows the files as they are on disk, false where it shows them after generate.</summary>
    public bool AsOnDisk { get; init; }

    /// <summary>How the planned tree differs from the one of the definition alone.</summary>
    public ImmutableArray<ClusterPlan> Effects { get; init; } = [];

    /// <summary>Why the disk could not be compared.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    public bool IsEmpty => ByHand.IsEmpty && OutOfDate == 0 && Obstacles.IsEmpty;

    /// <summary>Files that were edited by hand, and why others are not known, as warnings.</summary>
    public IEnumerable<Finding> Findings =>
        ByHand.Select(file => file.AsFinding()).Concat(Obstacles).Select(finding => finding with { Severity = Severity.Warning });

    /// <summary>Compares the planned tree with the one of the definition.</summary>
    /// <param name="disk">What differs on disk.</param>
    /// <param name="asOnDisk">True where the planned tree is the disk's.</param>
    /// <param name="defined">The tree of the definition, with the user's own files.</param>
    /// <param name="planned">The tree of the plan.</param>
    /// <param name="isStrict">True for a cluster where an unset variable fails a Flux Kustomization.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public static TreeDrift Of(
        DriftResult disk, bool asOnDisk, Func<SourceTree> defined, SourceTree planned, Func<string, bool> isStrict,
        CancellationToken cancellationToken)
    {
        // A hash of the lock file alone changes nothing that Flux reads.
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
