namespace PlatformGitOps.Generator.Plan;

/// <summary>The objects that a cluster receives, before and after, as unified diffs.</summary>
public sealed partial class ObjectDiff(SourceTree before, SourceTree after)
{
    private static readonly string[] Data = ["data", "stringData"];

    private readonly TreeDifference _difference = new(before, after);
    private readonly (FluxTree Before, FluxTree After) _trees = (new(before), new(after));

    /// <summary>One diff for each object of a cluster that differs, by name. Credentials are hidden, and so is the data of a Secret. One
    /// instance serves several threads.</summary>
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

    /// <summary>The same change of three or more clusters once, with the others named above it; the lines around it may differ.</summary>
    /// <param name="diffs">Of each cluster.</param>
    public static IEnumerable<string> Folded(IEnumerable<(string Cluster, string Diff)> diffs) =>
        PlanFolding.Of(diffs, pair => pair.Cluster, pair => Changed(pair.Diff))
            .Select(folded => (folded.AlsoIn.IsEmpty ? "" : $"# and in {PlanFolding.NamesOf(folded.AlsoIn)}\n") + folded.Item.Diff);

    private static string Of(string path, Mapping? before, Mapping? after)
    {
        var (old, now) = Masking.Both(before, after);
        var data = before is null || Same(before, after) ? "(secret)" : "(another secret)";
        return UnifiedDiff.Of(path, Text(old, "(secret)"), Text(now, data));
    }

    /// <summary>The name of the object and the lines that change.</summary>
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
