using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// A cluster that leaves the tree, and one that comes with the same settings, the same address of DNS or the same ranges, which no two
/// clusters share: most likely one cluster with another name. Its objects are compared, because the cluster has them.
/// </summary>
internal sealed partial class RenamedClusters
{
    private static readonly string Page = Docs.Page("ownership.md#rename-a-cluster");

    private readonly SourceTree before;
    private readonly SourceTree after;
    private readonly Dictionary<string, string> renamed = new(StringComparer.Ordinal);

    /// <summary>Looks for them.</summary>
    /// <param name="before">The tree that clusters have.</param>
    /// <param name="after">The tree that they will have.</param>
    public RenamedClusters(SourceTree before, SourceTree after)
    {
        (this.before, this.after) = (before, after);
        string[] gone = Only(before, after), made = Only(after, before);
        foreach (var trait in new Func<SourceTree, string, string?>[] { Settings, Address, Ranges })
        {
            var old = gone.ToLookup(name => trait(before, name));
            var now = made.ToLookup(name => trait(after, name));
            foreach (var same in now.Where(same => same.Key is not null && same.Count() == 1 && old[same.Key].Count() == 1))
            {
                renamed.TryAdd(same.Single(), old[same.Key].Single());
            }
        }
    }

    /// <summary>The tree before with the old cluster under its new name; null where the cluster has not been renamed.</summary>
    public SourceTree? Before(string cluster)
    {
        if (renamed.GetValueOrDefault(cluster) is not { } old)
        {
            return null;
        }

        // Behind a word that the generator writes before the name, and not a part of a longer one.
        var name = new Regex($"(?<=cluster-|/clusters/|/overlays/|{Variables.ClusterName}: ){Regex.Escape(old)}(?![a-z0-9])");
        string[] own = [$"{Layout.ClusterFolder(old)}/", $"{Layout.OverlayFolder(old)}/"];
        return SourceTree.Of(before.FilesBelow(Layout.Root).ToDictionary(
            path => own.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)) ? name.Replace(path, cluster) : path,
            path => path.StartsWith(own[0], StringComparison.Ordinal)
                ? Encoding.UTF8.GetBytes(name.Replace(Encoding.UTF8.GetString(before.Read(path)!), cluster)) : before.Read(path)!,
            StringComparer.Ordinal));
    }

    /// <summary>The same plan, with a remark where the cluster looks renamed.</summary>
    public ClusterPlan Noted(ClusterPlan plan) => renamed.GetValueOrDefault(plan.Cluster) is not { } old ? plan : plan with
    {
        Note = $"is new. It has the {Shared(old, plan.Cluster)} of cluster {old}, which leaves the tree, and is compared with it. "
            + "If it is that cluster with another name, its old Flux Kustomizations stay in it and fail: "
            + $"follow {Page}. If it is another one, remove {old} in a commit of its own."
            + Overlay(old, plan.Cluster) + (plan.Note is null ? "" : $" It {plan.Note}"),
    };

    private string Shared(string old, string name) => Settings(before, old) == Settings(after, name) ? "settings"
        : Address(before, old) == Address(after, name) ? "address of DNS" : "ranges";

    private string Overlay(string old, string name) => Layout.OverlayFolder(old) is var folder && after.HasFolder(folder)
        && !after.HasFolder(Layout.OverlayFolder(name)) ? $" Nothing delivers {folder} anymore: rename it too." : "";

    private static string[] Only(SourceTree one, SourceTree other)
    {
        var known = FluxTree.ClustersOf(other).ToHashSet(StringComparer.Ordinal);
        return [.. FluxTree.ClustersOf(one).Where(name => !known.Contains(name))];
    }

    /// <summary>What Flux substitutes in a cluster, but its name; null where the tree does not say.</summary>
    private static string? Settings(SourceTree tree, string cluster) => Data(tree, cluster) is { IsEmpty: false } data
        ? string.Join('\n', data.Select(entry => (entry.Key, Value: (entry.Value as Scalar)?.Value))
            .Where(entry => entry.Value != cluster).Select(entry => $"{entry.Key}={entry.Value}")) : null;

    private static string? Address(SourceTree tree, string cluster) =>
        (Data(tree, cluster).FirstOrDefault(entry => entry.Key == CoreDnsVariables.ClusterIP)?.Value as Scalar)?.Value;

    /// <summary>The ranges of Services and pods, which the generator writes above the address of DNS.</summary>
    private static string? Ranges(SourceTree tree, string cluster) => tree.Read(SettingsFile(cluster)) is { } bytes
        && RangesLine().Match(Encoding.UTF8.GetString(bytes)) is { Success: true, Value: var line } ? line : null;

    private static string SettingsFile(string cluster) => $"{Layout.ClusterFolder(cluster)}/{Layout.ClusterSettings}.yaml";

    [GeneratedRegex(@"^  # Services have .*, pods .*\.\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex RangesLine();

    private static ImmutableArray<Entry> Data(SourceTree tree, string cluster)
    {
        var path = SettingsFile(cluster);
        return tree.Read(path) is { } bytes
            ? YamlReader.Read(path, bytes, YamlOptions.Tree).Documents.OfType<Mapping>().FirstOrDefault()?.EntriesAt("data") ?? [] : [];
    }
}
