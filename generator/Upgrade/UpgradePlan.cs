using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>The changes that another version of the coredns chart makes in the clusters of a definition.</summary>
/// <param name="Before">The definition.</param>
/// <param name="After">The definition with the other version.</param>
/// <param name="OldTree">The tree of the old definition.</param>
/// <param name="NewTree">The tree of the new definition.</param>
/// <param name="NewFindings">Lint findings that only the new tree has.</param>
/// <param name="Plan">The changes that Flux would make.</param>
internal sealed record UpgradePlan(
    Platform Before, Platform After, SourceTree OldTree, SourceTree NewTree, ImmutableArray<Finding> NewFindings, PlanResult Plan)
{
    public SemVer From => Before.Charts[CoreDnsApp.ChartKey].Version;

    public SemVer To => After.Charts[CoreDnsApp.ChartKey].Version;

    public CoreDnsChart Old => CoreDnsChart.For(From);

    public CoreDnsChart New => CoreDnsChart.For(To);

    /// <summary>True if the values, metrics and plugins of the other version are known.</summary>
    public bool IsKnown => CoreDnsChart.HasRelease(To);

    /// <summary>The clusters that pin their own version.</summary>
    public IEnumerable<Cluster> Pinned => After.Clusters.Where(IsPinned);

    /// <summary>The clusters whose CoreDNS version is set by their image, with that version.</summary>
    public IEnumerable<(Cluster Cluster, SemVer CoreDns)> WithOwnCoreDns => After.Clusters.Where(cluster => !IsPinned(cluster))
        .Select(cluster => (cluster, CoreDnsApp.ChartOf(After, cluster).CoreDns)).Where(pair => pair.CoreDns != New.CoreDns);

    /// <summary>The differences between the charts' own objects; empty before they are compared.</summary>
    public ImmutableArray<ObjectChange> ObjectChanges { get; init; } = [];

    /// <summary>Why somebody must check the upgrade first; empty if it is safe.</summary>
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
    /// <param name="after">The definition with the other version.</param>
    /// <param name="root">Its folder, for the user's own files.</param>
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

    /// <summary>A copy with the differences between the charts' own objects.</summary>
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
