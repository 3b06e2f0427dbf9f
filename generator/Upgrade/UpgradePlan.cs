using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>What another version of the coredns chart changes in the clusters of a definition.</summary>
/// <param name="Before">The definition.</param>
/// <param name="After">The same with the other version.</param>
/// <param name="OldTree">What the clusters get of the one.</param>
/// <param name="NewTree">What they get of the other.</param>
/// <param name="NewFindings">What lint finds in the new tree alone.</param>
/// <param name="Plan">What Flux changes.</param>
internal sealed record UpgradePlan(
    Platform Before, Platform After, SourceTree OldTree, SourceTree NewTree, ImmutableArray<Finding> NewFindings, PlanResult Plan)
{
    public SemVer From => Before.Charts[CoreDnsApp.ChartKey].Version;

    public SemVer To => After.Charts[CoreDnsApp.ChartKey].Version;

    public CoreDnsChart Old => CoreDnsChart.For(From);

    public CoreDnsChart New => CoreDnsChart.For(To);

    /// <summary>True where the values, metrics and plugins of the other version are known.</summary>
    public bool IsKnown => CoreDnsChart.HasRelease(To);

    /// <summary>The clusters that keep a version of their own.</summary>
    public IEnumerable<Cluster> Pinned => After.Clusters.Where(IsPinned);

    /// <summary>The clusters whose image decides the CoreDNS, each with it.</summary>
    public IEnumerable<(Cluster Cluster, SemVer CoreDns)> WithOwnCoreDns => After.Clusters.Where(cluster => !IsPinned(cluster))
        .Select(cluster => (cluster, CoreDnsApp.ChartOf(After, cluster).CoreDns)).Where(pair => pair.CoreDns != New.CoreDns);

    /// <summary>The differences between the objects that the charts themselves make; empty before they are compared.</summary>
    public ImmutableArray<ObjectChange> ObjectChanges { get; init; } = [];

    /// <summary>Why the upgrade must not be made without a look at it; empty where it can be.</summary>
    public IEnumerable<string> Unsafe => (IsKnown ? Enumerable.Empty<string>()
            : [$"Chart {To} is not a release that this program knows: its values, metrics and plugins are unknown. The "
                + $"newest one that it knows is {CoreDnsChart.Releases.Keys.Last()}; {Docs.Page("upgrades.md")} says how to add "
                + "another one."])
        .Concat(NewFindings.Select(finding => $"{finding.Rule}: {finding.Message} {finding.Fix}"))
        .Concat(Plan.Clusters.SelectMany(cluster => cluster.Changes.Where(change => change.EndangersDns)
            .Select(change => $"{cluster.Cluster}: {change.Kind} of {change.Id.Title}: {change.Reason}.")))
        .Concat(ObjectChanges.Where(change => change.Unsafe).Select(change => change.Text));

    /// <summary>Compares the two trees.</summary>
    /// <param name="before">The definition.</param>
    /// <param name="after">The same with the other version.</param>
    /// <param name="root">Its folder, for the files of the owner.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public static UpgradePlan Of(Platform before, Platform after, string root, CancellationToken cancellationToken)
    {
        var (old, now) = (TargetTree.Of(root, Tree.Build(before)), TargetTree.Of(root, Tree.Build(after)));
        var options = LintOptions.Of(after);
        var known = Linter.Check(old, LintOptions.Of(before)).Select(finding => (finding.Rule, finding.Message)).ToHashSet();
        return new UpgradePlan(before, after, old, now,
            [.. Linter.Check(now, options).Where(finding => !known.Contains((finding.Rule, finding.Message)))],
            PlanRun.Compare(old, now, cluster => options.In(cluster).StrictSubstitution, cancellationToken));
    }

    /// <summary>The same with the charts' own objects compared.</summary>
    /// <param name="charts">A folder with the archives of both versions.</param>
    /// <param name="time">For the time limit of helm.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="Render.RenderException">A program or an archive is missing, or a chart cannot be rendered.</exception>
    public async Task<UpgradePlan> WithObjectsAsync(string charts, TimeProvider time, CancellationToken cancellationToken) => this with
    {
        ObjectChanges =
        [
            .. await ChartObjects.CompareAsync((OldTree, From), (NewTree, To), After, charts, time, cancellationToken),
        ],
    };

    private static bool IsPinned(Cluster cluster) => cluster.Pins.Charts.ContainsKey(CoreDnsApp.ChartKey);
}
