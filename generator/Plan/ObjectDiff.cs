using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Output;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The objects that a cluster receives, before and after, as unified diffs.</summary>
public static partial class ObjectDiff
{
    private static readonly string[] Data = ["data", "stringData"];

    /// <summary>One diff for each object that differs, by name. Credentials are hidden, and so is the data of a Secret.</summary>
    public static IEnumerable<string> Of(string cluster, SourceTree before, SourceTree after, bool strict)
    {
        var difference = new TreeDifference(before, after);
        if (!difference.MayChange(cluster))
        {
            return [];
        }

        var (old, now) = (Objects(cluster, before, strict), Objects(cluster, after, strict));
        return old.Keys.Union(now.Keys).OrderBy(id => id.Spoken, StringComparer.Ordinal)
            .Select(id => Of($"{cluster}/{id.Spoken}", old.GetValueOrDefault(id), now.GetValueOrDefault(id)))
            .Where(diff => diff.Length > 0);
    }

    /// <summary>The same diff of three or more clusters once, with the others named above it.</summary>
    /// <param name="diffs">Of each cluster.</param>
    public static IEnumerable<string> Folded(IEnumerable<(string Cluster, string Diff)> diffs) =>
        PlanFolding.Of(diffs, pair => pair.Cluster, pair => Sides().Replace(pair.Diff, ""))
            .Select(folded => (folded.AlsoIn.IsEmpty ? "" : $"# and in {PlanFolding.Spoken(folded.AlsoIn)}\n") + folded.Item.Diff);

    private static string Of(string path, Mapping? before, Mapping? after)
    {
        var (old, now) = before?.TextAt("kind") == "Secret" || after?.TextAt("kind") == "Secret" ? (before, after)
            : Masking.Both(before, after);
        var data = before is null || Same(before, after) ? "(secret)" : "(another secret)";
        return UnifiedDiff.Of(path, Text(old, "(secret)"), Text(now, data));
    }

    private static Dictionary<ResourceId, Mapping> Objects(string cluster, SourceTree tree, bool strict) =>
        Inventory.Of(new FluxTree(tree).Cluster(cluster, strict)).Objects.ToDictionary(pair => pair.Key, pair => pair.Value.Manifest.Body);

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
        after is not null && Data.All(member => Fragment(before.At(member)) == Fragment(after.At(member)));

    // Clusters may be called a and b.
    [GeneratedRegex("^(?:--- a|\\+\\+\\+ b)/", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Sides();

    private static string? Fragment(Node? node) => node is null ? null : YamlWriter.WriteFragment(node);
}
