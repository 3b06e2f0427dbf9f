using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The verb <c>plan</c>: the tree of a commit against the tree to come, cluster by cluster.</summary>
public static class PlanRun
{
    /// <summary>Makes the plan; git is the only program that is started, and twice.</summary>
    public static async Task<PlanResult> RunAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var before = await GitTree.ReadAsync(request.Root, request.Against, cancellationToken).ConfigureAwait(false);
            return Compare(before, request.After, request.StrictSubstitution, cancellationToken) with { AllowPrune = request.AllowPrune };
        }
        catch (GitException exception)
        {
            return PlanResult.Failed(exception.Message);
        }
    }

    /// <summary>Compares two trees.</summary>
    public static PlanResult Compare(SourceTree before, SourceTree after, bool strict, CancellationToken cancellationToken)
    {
        var (old, now) = (new InventoryReader(new Kustomizer(before), strict), new InventoryReader(new Kustomizer(after), strict));
        var difference = new TreeDifference(before, after);
        var plans = Clusters(before).Union(Clusters(after), StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Select(cluster => difference.MayChange(cluster)
                ? Planner.Plan(cluster, old.Read(Layout.ClusterFolder(cluster)), now.Read(Layout.ClusterFolder(cluster)))
                : new ClusterPlan(cluster));
        return new PlanResult { Clusters = [.. plans] };
    }

    private static IEnumerable<string> Clusters(SourceTree tree) => tree.FilesBelow(Layout.Root).Select(TreeDifference.ClusterOf).OfType<string>().Distinct(StringComparer.Ordinal);
}
