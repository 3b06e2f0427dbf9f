using PlatformGitOps.Generator.Definition.Reading;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>
/// Clusters that forward to each other in a ring. CoreDNS's loop plugin sees it at start-up only, and only while all of them answer.
/// </summary>
internal static class UpstreamRings
{
    public static void Check(IReadOnlyList<ClusterDraft> clusters, FindingList findings)
    {
        // An isolated cluster's address means something else in every other cluster.
        var owners = clusters.Where(cluster => cluster is { ClusterIP: not null, Isolated: false }).ToLookup(cluster => cluster.ClusterIP!.Value);
        foreach (var cluster in clusters)
        {
            foreach (var upstream in cluster.Upstreams)
            {
                var next = owners[upstream.Value.Address].FirstOrDefault();
                if (next is not null && !ReferenceEquals(next, cluster) && Reaches(next, cluster, owners))
                {
                    findings.Add(DefinitionRules.UpstreamRing, upstream.Position,
                        $"The upstream {upstream.Value} is the DNS of {next.Label}, which forwards back to {cluster.Label}.",
                        "Let one of the clusters ask a server outside of both.");
                }
            }
        }
    }

    private static bool Reaches(ClusterDraft from, ClusterDraft to, ILookup<System.Net.IPAddress, ClusterDraft> owners)
    {
        var seen = new HashSet<ClusterDraft>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<ClusterDraft>([from]);
        while (waiting.TryPop(out var cluster))
        {
            if (ReferenceEquals(cluster, to))
            {
                return true;
            }

            if (seen.Add(cluster))
            {
                cluster.Upstreams.SelectMany(upstream => owners[upstream.Value.Address].Take(1)).ToList().ForEach(waiting.Push);
            }
        }

        return false;
    }
}
