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
            .SelectMany(pair => pair.Cluster.Ranges.Where(range => pair.At.IsSound(range.Path))
                .Select(range => TakenRange.Of(pair.At, range)))
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
            $"The {later.Own.Key} {later.Range} of {Sections.Label(later.At)} and the {earlier.Own.Key} {earlier.Range} of "
            + $"{Sections.Label(earlier.At)} (line {earlier.Position.Line}) share addresses.",
            "Give each cluster its own range, or write 'isolated: true' where it is not routed beyond the cluster.");
    }

    private sealed record TakenRange(SectionReader At, ClusterRange Own, UInt128 First)
    {
        public Cidr Range => Own.Addresses;

        private bool IsOfNodes => Own.Use == RangeUse.Nodes;

        public Position Position => At.PositionOf(Own.Path);

        public static TakenRange Of(SectionReader at, ClusterRange range)
        {
            Span<byte> bytes = stackalloc byte[16];
            range.Addresses.First.TryWriteBytes(bytes, out _);
            return new TakenRange(at, range, BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }

        public bool Conflicts(TakenRange other) => At != other.At && !(IsOfNodes && other.IsOfNodes);
    }
}
