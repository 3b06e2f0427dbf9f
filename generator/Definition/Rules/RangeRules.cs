using System.Buffers.Binary;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>
/// Ranges of different clusters. Pods and services must be apart, so that clusters can be joined, routed and told apart in firewalls and
/// logs; node ranges may be one (clusters on one network), but may not hide behind another cluster's pods or services. See
/// docs/definition.md.
/// </summary>
internal static class RangeRules
{
    public static void Check(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
        var ranges = clusters.Where(pair => !pair.Cluster.Isolated)
            .SelectMany(pair => (TakenRange?[])[
                TakenRange.Of(pair.At, "pods", pair.Cluster.Pods), TakenRange.Of(pair.At, "services", pair.Cluster.Services),
                    TakenRange.Of(pair.At, "nodes", pair.Cluster.Nodes), TakenRange.Of(pair.At, "second.pods", pair.Cluster.Second?.Pods),
                    TakenRange.Of(pair.At, "second.services", pair.Cluster.Second?.Services),
                    TakenRange.Of(pair.At, "second.nodes", pair.Cluster.Second?.Nodes)])
            .OfType<TakenRange>()
            .OrderBy(claim => (claim.Range.Family, claim.First, claim.Range.PrefixLength));

        // Ranges are either apart or one inside the other, so in this order those around the present one are a stack: n log n, not n².
        var around = new Stack<TakenRange>();
        foreach (var claim in ranges)
        {
            while (around.TryPeek(out var top) && !top.Range.Overlaps(claim.Range))
            {
                around.Pop();
            }

            if (around.FirstOrDefault(claim.Conflicts) is { } other)
            {
                Report(claim, other);
            }

            around.Push(claim);
        }
    }

    private static void Report(TakenRange one, TakenRange two)
    {
        var (later, earlier) = one.Position.Line >= two.Position.Line ? (one, two) : (two, one);
        later.At.Report(DefinitionRules.OverlapAcross, later.Position,
            $"The {later.Key} {later.Range} of {Sections.Label(later.At)} and the {earlier.Key} {earlier.Range} of "
            + $"{Sections.Label(earlier.At)} (line {earlier.Position.Line}) share addresses.",
            "Give each cluster its own range, or write 'isolated: true' where it is not routed beyond the cluster.");
    }

    private sealed record TakenRange(SectionReader At, string Key, Cidr Range, UInt128 First)
    {
        private bool IsOfNodes => Key.EndsWith("nodes", StringComparison.Ordinal);

        public Position Position => At.PositionOf($"network.{Key}");

        public static TakenRange? Of(SectionReader at, string key, Cidr? range)
        {
            if (range is null || !at.IsSound($"network.{key}"))
            {
                return null;
            }

            Span<byte> bytes = stackalloc byte[16];
            range.First.TryWriteBytes(bytes, out _);
            return new TakenRange(at, key, range, BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }

        public bool Conflicts(TakenRange other) => At != other.At && !(IsOfNodes && other.IsOfNodes);
    }
}
