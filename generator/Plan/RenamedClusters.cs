namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// A cluster that leaves the tree and one that comes with the same settings, or with the same ranges: most likely one cluster with another
/// name.
/// </summary>
internal static class RenamedClusters
{
    private static readonly string Page = Docs.Page("ownership.md#rename-a-cluster");

    /// <summary>The same plans, with a remark at a cluster that looks renamed.</summary>
    /// <param name="plans">Of each cluster of both trees.</param>
    /// <param name="before">The tree that clusters have.</param>
    /// <param name="after">The tree that they will have.</param>
    public static IEnumerable<ClusterPlan> Noted(IReadOnlyCollection<ClusterPlan> plans, SourceTree before, SourceTree after)
    {
        ClusterSettings[] Only(SourceTree one, SourceTree other)
        {
            var known = FluxTree.ClustersOf(other).ToHashSet(StringComparer.Ordinal);
            return [.. FluxTree.ClustersOf(one).Where(name => !known.Contains(name)).Select(name => ClusterSettings.Of(one, name))
                .OfType<ClusterSettings>()];
        }

        var (gone, made) = (Only(before, after), Only(after, before));
        var renamed = Pairs(gone, made, cluster => cluster.Text);
        foreach (var (name, pair) in Pairs(gone, made, cluster => cluster.Ranges))
        {
            renamed.TryAdd(name, pair);
        }

        return plans.Select(plan => !renamed.TryGetValue(plan.Cluster, out var pair) ? plan : plan with
        {
            Note = $"{plan.Note} It has the {(pair.From.Text == pair.To.Text ? "settings" : "ranges")} of cluster {pair.From.Name}, which "
                + "leaves the tree. If it is that cluster with another name, its old Flux Kustomizations stay in it and fail: follow "
                + $"{Page}.{Overlay(pair.From.Name, plan.Cluster)}{Differences(pair.From, pair.To)}",
        });

        string Overlay(string from, string name) => Layout.OverlayFolder(from) is var old && after.HasFolder(old)
            && !after.HasFolder(Layout.OverlayFolder(name)) ? $" Nothing delivers {old} anymore: rename it too." : "";
    }

    /// <summary>The clusters that come, each with the one of those that leave which has the same; where several have it, nobody knows.
    /// </summary>
    private static Dictionary<string, (ClusterSettings From, ClusterSettings To)> Pairs(
        ClusterSettings[] gone, ClusterSettings[] made, Func<ClusterSettings, string?> key)
    {
        var (old, now) = (gone.ToLookup(key), made.ToLookup(key));
        return made.Where(cluster => key(cluster) is { } text && now[text].Count() == 1 && old[text].Count() == 1)
            .ToDictionary(cluster => cluster.Name, cluster => (old[key(cluster)].Single(), cluster));
    }

    /// <summary>Of a cluster that comes no change is known, whatever it does to the DNS of the one that it was.</summary>
    private static string Differences(ClusterSettings from, ClusterSettings to)
    {
        string[] changed =
        [
            .. from.Values.Keys.Union(to.Values.Keys).Order(StringComparer.Ordinal)
                .Select(key => (Key: key, Old: from.Values.GetValueOrDefault(key), Now: to.Values.GetValueOrDefault(key)))
                .Where(value => value.Old != value.Now)
                .Select(value => $"{value.Key} ({value.Old ?? "none"} -> {value.Now ?? "none"})"),
        ];
        return changed.Length == 0 ? ""
            : $" plan does not say what its other changes do to DNS: {ListText.First(changed, 5)}. Rename it in a commit of its own.";
    }

    /// <summary>What Flux substitutes in a cluster.</summary>
    /// <param name="Name">The cluster's.</param>
    /// <param name="Values">By the variable, without those that have the cluster's name.</param>
    /// <param name="Ranges">The comment with pods and Services, which no two clusters share unless they are isolated; null without one.
    /// </param>
    private sealed record ClusterSettings(string Name, ImmutableSortedDictionary<string, string> Values, string? Ranges)
    {
        public string Text { get; } = string.Join('\n', Values.Select(pair => $"{pair.Key}={pair.Value}"));

        /// <summary>Null where the tree does not say.</summary>
        public static ClusterSettings? Of(SourceTree tree, string cluster)
        {
            var path = $"{Layout.ClusterFolder(cluster)}/{Layout.ClusterSettings}.yaml";
            if (tree.Read(path) is not { } bytes || YamlReader.Read(path, bytes, YamlOptions.Tree).Documents.OfType<Mapping>()
                .FirstOrDefault()?.EntriesAt("data") is not { IsEmpty: false } data)
            {
                return null;
            }

            return new ClusterSettings(cluster,
                data.Where(entry => (entry.Value as Scalar)?.Value != cluster)
                    .ToImmutableSortedDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal),
                Encoding.UTF8.GetString(bytes).Split('\n').FirstOrDefault(line => line.Contains("# Services have ")
                    && line.Contains(", pods ")));
        }
    }
}
