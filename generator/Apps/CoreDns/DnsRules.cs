using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The servers that one cluster's CoreDNS forwards to.</summary>
internal static class DnsRules
{
    private static readonly Cidr[] NotUnicast = [Cidr.Parse("224.0.0.0/3"), Cidr.Parse("ff00::/8"), Cidr.Parse("fe80::/10")];

    // Where NodeLocal DNSCache listens by default (its README), and where Kubespray puts it: it asks CoreDNS.
    private static readonly IPAddress[] NodeLocal = [IPAddress.Parse("169.254.20.10"), IPAddress.Parse("169.254.25.10")];

    public static void Check(Cluster cluster, SectionReader at)
    {
        for (var index = 0; index < cluster.Dns.Upstreams.Length; index++)
        {
            Check(cluster, cluster.Dns.Upstreams[index].Address, $"dns.upstreams[{index}]", at);
        }
    }

    private static void Check(Cluster cluster, IPAddress address, string path, SectionReader at)
    {
        if (Loop(cluster, address, at) is { } reason)
        {
            at.Report(DefinitionRules.UpstreamLoop, path,
                $"The upstream {address} {reason}: every query would loop.",
                "Write a server outside of the cluster that does not forward to this one.");
        }
        else if (NotUnicast.Any(range => range.Contains(address)))
        {
            at.Report(DefinitionRules.UpstreamUnicast, path,
                $"The upstream {address} is not reachable from a pod: it is multicast, reserved or link-local without a zone.",
                "Write the server's own address.");
        }
        else if (at.IsSound("network.pods") && cluster.Pods.Contains(address))
        {
            at.Report(DefinitionRules.UpstreamPods, path,
                $"The upstream {address} is inside of the pods {cluster.Pods}, and a pod's address changes.",
                "Write the address of its Service, or of a server outside of the cluster.");
        }
        else if (cluster.Services.Family != address.AddressFamily)
        {
            at.Report(DefinitionRules.UpstreamFamily, path,
                $"The upstream {address} is {(address.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6")}, the cluster " +
                    $"{Fleet.Label(at)} is not.",
                $"Write servers of the family of {cluster.Services}.",
                "network.services");
        }
    }

    private static string? Loop(Cluster cluster, IPAddress address, SectionReader at) => address switch
    {
        _ when Fleet.HasDnsAddress(at) && address.Equals(cluster.Dns.ClusterIP) => "is the cluster's own DNS",
        _ when IPAddress.IsLoopback(address) => "is, inside a pod, CoreDNS itself",
        _ when address.GetAddressBytes() is [0, ..] and { Length: 4 } || address.Equals(IPAddress.IPv6Any) =>
            "is the unspecified address, inside a pod CoreDNS itself",
        _ when NodeLocal.Contains(address) => "is the NodeLocal DNSCache, which forwards to CoreDNS",
        _ => null,
    };

    /// <summary>
    /// Finds forwarding loops between clusters. CoreDNS's loop plugin sees them at start-up only, and only while all of them answer.
    /// </summary>
    public static void CheckRings(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
        // In every other cluster an isolated cluster's address means something else.
        var owners = clusters.Where(pair => !pair.Cluster.Isolated && Fleet.HasDnsAddress(pair.At))
            .ToLookup(pair => pair.Cluster.Dns.ClusterIP);
        foreach (var pair in clusters)
        {
            for (var index = 0; index < pair.Cluster.Dns.Upstreams.Length; index++)
            {
                var upstream = pair.Cluster.Dns.Upstreams[index];
                if (owners[upstream.Address].FirstOrDefault() is { At: not null } next && next.At != pair.At && Reaches(next, pair, owners))
                {
                    pair.At.Report(DefinitionRules.UpstreamRing, $"dns.upstreams[{index}]",
                        $"The upstream {upstream} is the DNS of {Fleet.Label(next.At)}, which forwards back to {Fleet.Label(pair.At)}.",
                        "Let one of the clusters forward to a server outside of both.");
                }
            }
        }
    }

    private static bool Reaches(
        (Cluster Cluster, SectionReader At) from, (Cluster Cluster, SectionReader At) to,
            ILookup<IPAddress, (Cluster Cluster, SectionReader At)> owners)
    {
        var seen = new HashSet<SectionReader>();
        var waiting = new Stack<(Cluster Cluster, SectionReader At)>([from]);
        while (waiting.TryPop(out var pair))
        {
            if (pair.At == to.At)
            {
                return true;
            }

            if (seen.Add(pair.At))
            {
                pair.Cluster.Dns.Upstreams.SelectMany(upstream => owners[upstream.Address].Take(1)).ToList().ForEach(waiting.Push);
            }
        }

        return false;
    }
}
