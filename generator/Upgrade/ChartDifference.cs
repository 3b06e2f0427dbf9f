using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>What the data of two versions of the chart says about an upgrade.</summary>
internal static class ChartDifference
{
    /// <summary>A line for each kind of difference; none where the data is the same.</summary>
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
            // The smallest set that moved is not needed: each name whose neighbour before it is another one.
            var moved = common.Where(name => Before(common, name) != Before([.. order.Intersect(common)], name));
            yield return $"a query passes the plugins in another order: {string.Join(", ", moved)}";
        }
    }

    /// <summary>What is in one list of paths alone, by the shortest path that the other has nothing of.</summary>
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
