namespace PlatformGitOps.Generator.Plan;

/// <summary>Unified diffs of the objects that a cluster receives, before and after.</summary>
public sealed partial class ObjectDiff(SourceTree before, SourceTree after)
{
    private static readonly string[] Data = ["data", "stringData"];

    private readonly TreeDifference _difference = new(before, after);
    private readonly (FluxTree Before, FluxTree After) _trees = (new(before), new(after));

    /// <summary>
    /// One diff for each changed object of a cluster, by name. Credentials and the data of Secrets are hidden. Thread-safe.
    /// </summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="strict">True if an unset variable fails a Flux Kustomization.</param>
    public IEnumerable<string> Of(string cluster, bool strict)
    {
        if (!_difference.MayChange(cluster))
        {
            return [];
        }

        var had = Inventory.Of(_trees.Before.Cluster(cluster, strict));
        var (old, now) = (Objects(had), Objects(HeldLayers.Apply(had, Inventory.Of(_trees.After.Cluster(cluster, strict))).After));
        return old.Keys.Union(now.Keys).OrderBy(id => id.Title, StringComparer.Ordinal)
            .Select(id => Of($"{cluster}/{id.Title}", old.GetValueOrDefault(id), now.GetValueOrDefault(id)))
            .Where(diff => diff.Length > 0);
    }

    /// <summary>
    /// Prints the same change of three or more clusters once, with the names of the others above it; context lines may differ.
    /// </summary>
    /// <param name="diffs">The diffs of each cluster.</param>
    public static IEnumerable<string> Folded(IEnumerable<(string Cluster, string Diff)> diffs) =>
        PlanFolding.Of(diffs, pair => pair.Cluster, pair => Changed(pair.Diff))
            .Select(folded => (folded.AlsoIn.IsEmpty ? "" : $"# and in {PlanFolding.NamesOf(folded.AlsoIn)}\n") + folded.Item.Diff);

    private static string Of(string path, Mapping? before, Mapping? after)
    {
        var (old, now) = Masking.Both(before, after);
        var data = before is null || Same(before, after) ? "(secret)" : "(another secret)";
        return UnifiedDiff.Of(path, Text(old, "(secret)"), Text(now, data));
    }

    /// <summary>The name of the object and its changed lines.</summary>
    private static string Changed(string diff) => string.Join('\n', Sides().Replace(diff, "").Split('\n').Index()
        .Where(line => line.Index == 0 || line.Item.StartsWith('-') || line.Item.StartsWith('+')).Select(line => line.Item));

    private static Dictionary<ResourceId, Mapping> Objects(Inventory inventory) =>
        inventory.Objects.ToDictionary(pair => pair.Key, pair => pair.Value.Manifest.Body);

    private static string Text(Mapping? body, string hidden)
    {
        if (body is null)
        {
            return "";
        }

        if (body.TextAt("kind") == "Secret")
        {
            foreach (var member in Data.Where(member => body.At(member) is not null))
            {
                body = body.SetAt([member], new Scalar(hidden) { IsText = true });
            }
        }

        return YamlWriter.WriteFragment(body);
    }

    private static bool Same(Mapping before, Mapping? after) =>
        after is not null && Data.All(member => Node.Same(before.At(member), after.At(member)));

    // Clusters may be called a and b.
    [GeneratedRegex("^(?:--- a|\\+\\+\\+ b)/", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Sides();
}
