using System.Collections.Concurrent;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>
/// Proves that a chart reads a value: Helm renders the chart without it, and if nothing changes (the value may be the chart's default) with
/// another one. A value without effect in both cases is dead.
/// </summary>
internal static class DeadValues
{
    /// <summary>The paths of the dead values, sorted.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="values">The values.</param>
    /// <param name="options">How to find Helm and the chart.</param>
    /// <param name="time">The clock of Helm's timeout.</param>
    /// <param name="cancellationToken">Ends Helm too.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(
        ChartReference chart, Mapping values, RenderOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var helm = new HelmTemplate(options, time);
        var whole = await RenderAsync(values);
        var dead = new ConcurrentBag<string>();
        var together = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForEachAsync(Leaves(values, []), together, async (path, _) =>
        {
            if (await RenderAsync((Mapping)Changed(values, path, _ => null)!) == whole
                && await RenderAsync((Mapping)Changed(values, path, Another)!) == whole)
            {
                dead.Add(string.Join('.', path));
            }
        });
        return [.. dead.Order(StringComparer.Ordinal)];

        // A chart that can no longer be rendered read the value too.
        async Task<string> RenderAsync(Mapping changed)
        {
            try
            {
                return await helm.RunAsync("coredns", "kube-system", chart, changed, cancellationToken);
            }
            catch (RenderException failure) when (!ReferenceEquals(changed, values))
            {
                return failure.Message;
            }
        }
    }

    private static IEnumerable<string[]> Leaves(Node node, string[] path) => node switch
    {
        Mapping { Entries.IsEmpty: false } mapping => mapping.Entries.SelectMany(entry => Leaves(entry.Value, [.. path, entry.Key])),
        Sequence { Items.IsEmpty: false } sequence => sequence.Items
            .SelectMany((item, index) => Leaves(item, [.. path, index.ToString(CultureInfo.InvariantCulture)])),
        _ => [path],
    };

    private static Node? Changed(Node node, ReadOnlySpan<string> path, Func<Scalar, Node?> change)
    {
        if (path.IsEmpty)
        {
            return node is Scalar scalar ? change(scalar) : null;
        }

        var children = new List<Entry>();
        foreach (var entry in Children(node))
        {
            var value = entry.Key == path[0] ? Changed(entry.Value, path[1..], change) : entry.Value;
            if (value is not null)
            {
                children.Add(entry with { Value = value });
            }
        }

        return node is Sequence ? Sequence.Of(children.Select(child => child.Value)) : new Mapping(children);
    }

    private static IEnumerable<Entry> Children(Node node) => node switch
    {
        Mapping mapping => mapping.Entries,
        Sequence sequence => sequence.Items.Select((item, index) => new Entry(index.ToString(CultureInfo.InvariantCulture), item)),
        _ => [],
    };

    private static Node Another(Scalar scalar) => scalar switch
    {
        { IsText: false, Value: "true" } => false,
        { IsText: false, Value: "false" } => true,
        _ when int.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var number) =>
            scalar with { Value = (number + 1).ToString(CultureInfo.InvariantCulture) },
        _ => scalar with { Value = scalar.Value + "x" },
    };
}
