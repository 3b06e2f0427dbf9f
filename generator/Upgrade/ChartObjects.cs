using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>A difference between the objects of two chart versions.</summary>
/// <param name="Text">The object, the field and both values.</param>
/// <param name="Unsafe">True if the API server refuses the change, or if DNS loses something.</param>
internal sealed record ObjectChange(string Text, bool Unsafe);

/// <summary>Compares the chart's own objects before and after, as helm renders them.</summary>
internal static class ChartObjects
{
    // These labels follow the version itself.
    private static readonly string[] Labels = ["helm.sh/chart", "app.kubernetes.io/version", "checksum/config"];

    /// <summary>The differences, each with its clusters.</summary>
    /// <exception cref="RenderException">A program or an archive is missing, or a chart cannot be rendered.</exception>
    public static async Task<IReadOnlyList<ObjectChange>> CompareAsync(
        (SourceTree Tree, SemVer Version) before, (SourceTree Tree, SemVer Version) after, Platform platform, string folder,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var found = new List<(string Cluster, ObjectChange Change)>();
        foreach (var cluster in platform.Clusters.Where(cluster => !cluster.Pins.Charts.ContainsKey(CoreDnsApp.ChartKey)))
        {
            var old = await ObjectsAsync(before, cluster, platform, folder, time, cancellationToken);
            var now = await ObjectsAsync(after, cluster, platform, folder, time, cancellationToken);
            found.AddRange(Compare(old.Objects, now.Objects, old.Dns).Select(change => (cluster.Name.Text, change)));
        }

        return [.. found.GroupBy(one => one.Change).Select(same => same.Count() == platform.Clusters.Length ? same.Key
            : same.Key with { Text = $"{string.Join(", ", same.Select(one => one.Cluster))}: {same.Key.Text}" })];
    }

    /// <summary>The differences between two sets of objects.</summary>
    /// <param name="before">The objects of the old version.</param>
    /// <param name="after">The objects of the new version.</param>
    /// <param name="dns">The objects that DNS depends on.</param>
    public static IEnumerable<ObjectChange> Compare(
        IEnumerable<Mapping> before, IEnumerable<Mapping> after, ImmutableHashSet<(string Kind, string Name)> dns)
    {
        var (old, now) = (ById(before), ById(after));
        foreach (var id in old.Keys.Union(now.Keys).OrderBy(id => id.Title, StringComparer.Ordinal))
        {
            var isDns = dns.Contains((id.Kind, id.Name));
            if (!old.TryGetValue(id, out var was))
            {
                yield return new ObjectChange($"{id.Title} is new", false);
                continue;
            }

            if (!now.TryGetValue(id, out var body))
            {
                yield return new ObjectChange($"{id.Title} is deleted", isDns || id.Kind is "Service" or "Deployment" or "ServiceAccount");
                continue;
            }

            foreach (var field in FieldDiff.Between(was, body)
                .Where(field => !Labels.Any(label => field.Path.TrimEnd('"').EndsWith(label, StringComparison.Ordinal))))
            {
                var effect = ImmutableFields.Among([field], was) is not null ? ", which the API server refuses: the upgrade fails"
                    : isDns && DnsFields.EffectOf(id, field) is { } lost ? $": {lost}" : null;
                yield return new ObjectChange(
                    $"{id.Title} {field.Path}: {field.Before ?? "(nothing)"} -> {field.After ?? "(nothing)"}{effect}", effect is not null);
            }
        }
    }

    private static Dictionary<ResourceId, Manifest> ById(IEnumerable<Mapping> objects) =>
        objects.Select(body => new Manifest(body, "")).ToDictionary(resource => resource.Id);

    private static async Task<(ImmutableArray<Mapping> Objects, ImmutableHashSet<(string Kind, string Name)> Dns)> ObjectsAsync(
        (SourceTree Tree, SemVer Version) side, Cluster cluster, Platform platform, string folder, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var isStrict = platform.For(cluster).Flux.StrictSubstitution;
        var release = CoreDnsRelease.In(new FluxTree(side.Tree).Cluster(cluster.Name.Text, isStrict)).FirstOrDefault()
            ?? throw new RenderException($"Cluster {cluster.Name} has no release of the chart coredns.");
        var options = new RenderOptions
        {
            StrictSubstitution = isStrict,
            Helm = true,
            LocalCharts = ImmutableDictionary<string, string>.Empty.Add(CoreDnsNames.Chart, ChartArchives.PathOf(folder, side.Version)),
        };
        var text = await new HelmTemplate(options, time)
            .RunAsync(release.Release, release.Namespace, release.Chart, release.Values, cancellationToken);
        return (KustomizeBuild.Objects("helm", text),
            [.. DnsObjects.Of(release).All.Where(one => one.Object is not null).Select(one => (one.Kind, one.Object!.Name))]);
    }
}

/// <summary>Compares the data files of two chart versions for an upgrade.</summary>
internal static class ChartDifference
{
    /// <summary>A line for each kind of difference; empty if the data is the same.</summary>
    public static IEnumerable<string> Lines(CoreDnsChart before, CoreDnsChart after)
    {
        foreach (var (what, old, now) in new (string, IEnumerable<string>, IEnumerable<string>)[]
        {
            ("values", Paths(before.Values, ""), Paths(after.Values, "")),
            ("plugins", before.Plugins, after.Plugins),
            ("metrics", Metrics(before), Metrics(after)),
        })
        {
            var (added, removed) = (Without(now, old), Without(old, now));
            if (added.Length + removed.Length > 0)
            {
                yield return $"{what}: " + string.Join(", ", [.. added.Select(name => "+" + name), .. removed.Select(name => "-" + name)]);
            }
        }

        var (order, common) = (after.Plugins, before.Plugins.Intersect(after.Plugins).ToArray());
        if (!common.SequenceEqual(order.Intersect(before.Plugins)))
        {
            // Not the smallest set of moved plugins: each name that follows another neighbour.
            var moved = common.Where(name => Before(common, name) != Before([.. order.Intersect(common)], name));
            yield return $"a query passes the plugins in another order: {string.Join(", ", moved)}";
        }
    }

    /// <summary>The paths that only one list has, cut to the shortest prefix that the other list lacks.</summary>
    private static string[] Without(IEnumerable<string> paths, IEnumerable<string> others)
    {
        var known = others.SelectMany(Prefixes).ToHashSet(StringComparer.Ordinal);
        return [.. paths.Where(path => !known.Contains(path)).Select(path => Prefixes(path).First(prefix => !known.Contains(prefix)))
            .Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Prefixes(string path) =>
        path.Index().Where(one => one.Item == '.').Select(one => path[..one.Index]).Append(path);

    private static string? Before(string[] list, string name) => list.ElementAtOrDefault(Array.IndexOf(list, name) - 1);

    private static IEnumerable<string> Metrics(CoreDnsChart chart) => chart.Series.Keys
        .Where(name => !name.EndsWith("_sum", StringComparison.Ordinal) && !name.EndsWith("_count", StringComparison.Ordinal))
        .Select(name => name.EndsWith("_bucket", StringComparison.Ordinal) ? name[..^"_bucket".Length] : name);

    private static IEnumerable<string> Paths(Shape shape, string path) => shape is ObjectShape keys
        ? keys.Keys.SelectMany(key => Paths(key.Shape, path.Length == 0 ? key.Name : $"{path}.{key.Name}"))
        : [path];
}
