namespace PlatformGitOps.Generator.Plan;

/// <summary>One of several equal items, and the other clusters that have it.</summary>
internal readonly record struct Folded<T>(T Item, ImmutableArray<string> AlsoIn);

/// <summary>Prints what is equal in three or more clusters once.</summary>
internal static class PlanFolding
{
    private const int Fewest = 3;
    private const int MostNames = 3;

    /// <summary>Keeps the order and the first of equal items, with the names of the other clusters.</summary>
    /// <param name="items">In the order in which they are printed.</param>
    /// <param name="clusterOf">The cluster of an item.</param>
    /// <param name="textOf">The text that must be equal, apart from the cluster's own name.</param>
    public static IReadOnlyList<Folded<T>> Of<T>(IEnumerable<T> items, Func<T, string> clusterOf, Func<T, string> textOf)
    {
        var all = items.Select(item => (Item: item, Cluster: clusterOf(item))).ToArray();
        var counts = new Dictionary<(string, string), int>();

        // Equal items of the same cluster are not merged.
        string Text((T Item, string Cluster) pair)
        {
            var text = ClusterNames.Neutral(textOf(pair.Item), pair.Cluster);
            var count = counts[(pair.Cluster, text)] = counts.GetValueOrDefault((pair.Cluster, text)) + 1;
            return $"{count} {text}";
        }

        var folded = new List<Folded<T>>();
        var texts = all.Select(Text).ToArray();
        var groups = texts.Zip(all).GroupBy(pair => pair.First, pair => pair.Second.Cluster, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        for (var index = 0; index < all.Length; index++)
        {
            var clusters = groups[texts[index]];
            if (clusters.Length < Fewest)
            {
                folded.Add(new(all[index].Item, []));
            }
            else if (clusters[0] == all[index].Cluster)
            {
                folded.Add(new(all[index].Item, [.. clusters[1..]]));
            }
        }

        return folded;
    }

    /// <summary>Such as <c>298 more clusters: b, c, d ...</c>.</summary>
    public static string NamesOf(ImmutableArray<string> clusters) =>
        $"{clusters.Length} more clusters: {string.Join(", ", clusters.Take(MostNames))}{(clusters.Length > MostNames ? " ..." : "")}";
}
