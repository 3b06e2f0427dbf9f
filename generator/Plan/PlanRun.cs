using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The input of a plan.</summary>
public sealed record PlanRequest
{
    /// <summary>The folder with <c>kubernetes/</c>.</summary>
    public required string Root { get; init; }

    /// <summary>The new tree of the clusters: after generate, on disk, or of a commit.</summary>
    public required SourceTree After { get; init; }

    /// <summary>The commit with the current tree of the clusters: any git revision.</summary>
    public string Against { get; init; } = "HEAD";

    /// <summary>True for a cluster in which an unset variable fails a Flux Kustomization.</summary>
    public required Func<string, bool> IsStrict { get; init; }

    /// <summary>True if live DNS may be deleted, abandoned, moved or replaced.</summary>
    public bool AllowPrune { get; init; }

    /// <summary>The maximum number of names that may be lost; null for any number.</summary>
    public int? MostVanishing { get; init; } = 0;

    /// <summary>Backups of live clusters, at most one of each.</summary>
    internal IReadOnlyCollection<DnsBackup> Backups { get; init; } = [];
}

/// <summary>Compares the tree of a commit with the new tree, cluster by cluster.</summary>
public static class PlanRun
{
    /// <summary>Makes the plan; it starts no program except git.</summary>
    public static async Task<PlanResult> RunAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var before = await GitTree.ReadAsync(request.Root, request.Against, cancellationToken);
            var result = Compare(before, request.After, request.IsStrict, request.Backups, cancellationToken);
            return result with { AllowPrune = request.AllowPrune, Records = result.Records with { Most = request.MostVanishing } };
        }
        catch (GitException exception)
        {
            return PlanResult.Failed(exception.Message);
        }
    }

    /// <summary>Compares two trees.</summary>
    public static PlanResult Compare(
        SourceTree before, SourceTree after, Func<string, bool> isStrict, CancellationToken cancellationToken) =>
        Compare(before, after, isStrict, [], cancellationToken);

    /// <summary>Compares two trees, with backups of the clusters.</summary>
    internal static PlanResult Compare(
        SourceTree before, SourceTree after, Func<string, bool> isStrict, IReadOnlyCollection<DnsBackup> backups,
        CancellationToken cancellationToken)
    {
        var (old, now) = (new FluxTree(before), new FluxTree(after));
        var difference = new TreeDifference(before, after);
        var renamed = new RenamedClusters(before, after);
        var plans = old.Clusters().Union(now.Clusters(), StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Select(cluster => difference.MayChange(cluster)
                ? Changed(cluster, In(renamed.Before(cluster) is { } named ? new FluxTree(named) : old, cluster), In(now, cluster))
                : (Plan: new ClusterPlan(cluster), Records: null)).ToArray();
        // Also those of clusters that stay as they are: an overlay's for example.
        var substrates = SubstratePlan.Between(before, after, new SubstrateWriters(() => Writers(old), () => Writers(now)));
        return new PlanResult
        {
            Clusters = [.. plans.Select(pair => renamed.Noted(pair.Plan))],
            Substrates = substrates,
            Records = RecordPlan.Of(
                plans.Select(pair => pair.Records).OfType<ClusterRecords>(), [.. substrates.SelectMany(plan => plan.GoneChildren)],
                [.. substrates.Select(plan => plan.Hosts).OfType<SubstrateHosts>()]),
        };

        (ClusterPlan Plan, ClusterRecords? Records) Changed(string cluster, Inventory one, Inventory other)
        {
            var (applied, held) = HeldLayers.Apply(one, other);
            var plan = Planner.Plan(cluster, one, applied, held);
            return (plan, ClusterRecords.Of(plan, one, applied, backups.FirstOrDefault(backup => backup.Cluster == cluster)));
        }

        IEnumerable<RecordWriter> Writers(FluxTree tree) =>
            tree.Clusters().SelectMany(cluster => RecordWriter.In(cluster, In(tree, cluster)));

        Inventory In(FluxTree tree, string cluster) => Inventory.Of(tree.Cluster(cluster, isStrict(cluster)));
    }
}
