namespace PlatformGitOps.Generator.Plan;

/// <summary>A removed and an added cluster with the same settings: most likely a renamed cluster.</summary>
internal static class RenamedClusters
{
    private static readonly string Page = Docs.Page("ownership.md#rename-a-cluster");

    /// <summary>The same plans, with a note at a cluster that looks renamed.</summary>
    /// <param name="plans">The plans of each cluster of both trees.</param>
    /// <param name="before">The current tree.</param>
    /// <param name="after">The new tree.</param>
    public static IEnumerable<ClusterPlan> Noted(IReadOnlyCollection<ClusterPlan> plans, SourceTree before, SourceTree after)
    {
        string[] Only(SourceTree one, SourceTree other)
        {
            var known = FluxTree.ClustersOf(other).ToHashSet(StringComparer.Ordinal);
            return [.. FluxTree.ClustersOf(one).Where(name => !known.Contains(name))];
        }

        var (gone, made) = (Only(before, after), Only(after, before));
        var old = gone.ToLookup(name => Settings(before, name));
        var now = made.ToLookup(name => Settings(after, name));
        var renamed = made.Select(name => (Name: name, Settings: Settings(after, name)))
            .Where(cluster => cluster.Settings is not null && now[cluster.Settings].Count() == 1 && old[cluster.Settings].Count() == 1)
            .ToDictionary(cluster => cluster.Name, cluster => old[cluster.Settings].Single());
        return plans.Select(plan => renamed.GetValueOrDefault(plan.Cluster) is not { } from ? plan : plan with
        {
            Note = $"{plan.Note} It has the settings of cluster {from}, which leaves the tree. If it is that cluster with another name, "
                + $"its old Flux Kustomizations stay in it and fail: follow {Page}.{Overlay(from, plan.Cluster)}",
        });

        string Overlay(string from, string name) => Layout.OverlayFolder(from) is var old && after.HasFolder(old)
            && !after.HasFolder(Layout.OverlayFolder(name)) ? $" Nothing delivers {old} anymore: rename it too." : "";
    }

    /// <summary>The substitution variables of a cluster without its name; null if the tree does not have them.</summary>
    private static string? Settings(SourceTree tree, string cluster)
    {
        var path = $"{Layout.ClusterFolder(cluster)}/{Layout.ClusterSettings}.yaml";
        var data = tree.Read(path) is { } bytes
            ? YamlReader.Read(path, bytes, YamlOptions.Tree).Documents.OfType<Mapping>().FirstOrDefault()?.EntriesAt("data") ?? [] : [];
        return data.IsEmpty ? null : string.Join('\n', data.Select(entry => (entry.Key, Value: (entry.Value as Scalar)?.Value))
            .Where(entry => entry.Value != cluster).Select(entry => $"{entry.Key}={entry.Value}"));
    }
}
