using System.Buffers.Binary;
using System.Net.Sockets;
using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>
/// Ranges of different clusters. Pods and services must be apart, so that clusters can be joined, routed and told apart in firewalls and
/// logs; node ranges may be one (clusters on one network), but may not hide behind another cluster's pods or services. See docs/definition.md.
/// </summary>
internal static class RangeRules
{
    public static void Check(IReadOnlyList<ClusterDraft> clusters, FindingList findings)
    {
        var ranges = clusters.Where(cluster => !cluster.Isolated)
            .SelectMany(cluster => (Claim?[])[Claim.Of(cluster, "pods", cluster.Pods), Claim.Of(cluster, "services", cluster.Services), Claim.Of(cluster, "nodes", cluster.Nodes)])
            .OfType<Claim>()
            .OrderBy(claim => (claim.Family, claim.First, claim.PrefixLength));

        // Ranges are either apart or one inside the other, so in this order those around the present one are a stack: n log n, not n².
        var around = new Stack<Claim>();
        foreach (var claim in ranges)
        {
            while (around.TryPeek(out var top) && !top.Range.Value.Overlaps(claim.Range.Value))
            {
                around.Pop();
            }

            if (around.FirstOrDefault(claim.Conflicts) is { } other)
            {
                Report(claim, other, findings);
            }

            around.Push(claim);
        }
    }

    private static void Report(Claim one, Claim two, FindingList findings)
    {
        var (later, earlier) = one.Range.Position.Line >= two.Range.Position.Line ? (one, two) : (two, one);
        findings.Add(DefinitionRules.OverlapAcross, later.Range.Position,
            $"The {later.Key} {later.Range.Value} of {later.Cluster.Label} and the {earlier.Key} {earlier.Range.Value} of {earlier.Cluster.Label} (line {earlier.Range.Position.Line}) share addresses.",
            "Give each cluster its own range, or write 'isolated: true' where it is not routed beyond the cluster.");
    }

    private sealed record Claim(ClusterDraft Cluster, string Key, Located<Cidr> Range, UInt128 First)
    {
        public AddressFamily Family => Range.Value.Family;

        public int PrefixLength => Range.Value.PrefixLength;

        public static Claim? Of(ClusterDraft cluster, string key, Located<Cidr>? range)
        {
            if (range is null)
            {
                return null;
            }

            Span<byte> bytes = stackalloc byte[16];
            range.Value.First.TryWriteBytes(bytes, out _);
            return new Claim(cluster, key, range, BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }

        public bool Conflicts(Claim other) => !ReferenceEquals(Cluster, other.Cluster) && !(Key == "nodes" && other.Key == "nodes");
    }
}
