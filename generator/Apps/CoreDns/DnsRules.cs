using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The servers that one cluster's CoreDNS forwards to.</summary>
internal static class DnsRules
{
    private static readonly Cidr[] NotUnicast = [Cidr.Parse("224.0.0.0/3"), Cidr.Parse("ff00::/8"), Cidr.Parse("fe80::/10")];

    // The default address of NodeLocal DNSCache (its README), and Kubespray's; the cache queries CoreDNS.
    private static readonly IPAddress[] NodeLocal = [IPAddress.Parse("169.254.20.10"), IPAddress.Parse("169.254.25.10")];

    public static void Check(Cluster cluster, SectionReader at)
    {
        Check(cluster, cluster.Dns.Forwarding, "dns", "upstreams", at);
        foreach (var stub in cluster.Dns.StubDomains)
        {
            Check(cluster, stub.Forwarding, PathOf(stub), "servers", at);
        }
    }

    private static string PathOf(StubDomain stub) => $"dns.stubDomains.\"{stub.Zone}\"";

    private static void Check(Cluster cluster, Forwarding forwarding, string section, string list, SectionReader at)
    {
        for (var index = 0; index < forwarding.Servers.Length; index++)
        {
            Check(cluster, forwarding.Servers[index].Address, $"{section}.{list}[{index}]", at);
            if (forwarding.Servers.IndexOf(forwarding.Servers[index]) is var first && first < index)
            {
                at.Report(DefinitionRules.DuplicateItem, $"{section}.{list}[{index}]",
                    $"The server {forwarding.Servers[index]} is entry {first + 1} of '{list}' already, with the same port.",
                    "Keep one of the two.");
            }
        }

        var (secure, name) = (forwarding.Servers.Count(server => server.Tls), $"{section}.serverName");
        if (secure > 0 && secure < forwarding.Servers.Length)
        {
            at.Report(DefinitionRules.UpstreamMixed, $"{section}.{list}",
                "Some servers are asked over TLS and some in plain text, and each query may go to any of them.",
                "Write tls:// in front of all servers, or of none.");
        }
        else if (secure > 0 && forwarding.ServerName is null)
        {
            at.Report(DefinitionRules.UpstreamServerName, $"{section}.{list}",
                "Without the name in the servers' certificate anyone on the way can answer in their place.",
                "Write 'serverName:' beside the list. The forward plugin takes one name, so servers with another name belong to a stub " +
                    "domain of their own.",
                name);
        }
        else if (secure == 0 && forwarding.ServerName is not null)
        {
            at.Report(DefinitionRules.UpstreamServerName, name, "The servers are asked in plain text, where this name has no effect.",
                "Write tls:// in front of the servers, or delete it.", $"{section}.{list}");
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
        else if (cluster.Ranges.FirstOrDefault(range => range.Use == RangeUse.Pods && at.IsSound(range.Path)
            && range.Addresses.Contains(address)) is { } pods)
        {
            at.Report(DefinitionRules.UpstreamPods, path,
                $"The upstream {address} is inside of the pods {pods.Addresses}, and a pod's address changes.",
                "Write the address of its Service, or of a server outside of the cluster.");
        }
        else if (cluster.Services.Family != address.AddressFamily && cluster.Second is null)
        {
            at.Report(DefinitionRules.UpstreamFamily, path,
                address.AddressFamily == AddressFamily.InterNetwork ? $"The upstream {address} is IPv4, and the cluster is IPv6 alone."
                    : $"The upstream {address} is IPv6, and the cluster is IPv4 alone.",
                "Write servers of the cluster's family.",
                "network.services");
        }
    }

    /// <summary>Why queries to an address return to this CoreDNS, as the rest of a sentence; null if they do not.</summary>
    internal static string? Loop(Cluster cluster, IPAddress address, SectionReader at) => address switch
    {
        _ when Sections.DnsAddresses(cluster, at).Contains(address) => "is the cluster's own DNS",
        _ when IPAddress.IsLoopback(address) => "is, inside a pod, CoreDNS itself",
        _ when address.GetAddressBytes() is [0, ..] and { Length: 4 } || address.Equals(IPAddress.IPv6Any) =>
            "is the unspecified address, inside a pod CoreDNS itself",
        _ when NodeLocal.Contains(address) || address.Equals(cluster.Of<NodeLocalDnsSettings>()?.Address) =>
            "is the NodeLocal DNSCache, which forwards to CoreDNS",
        _ => null,
    };

    /// <summary>
    /// Finds forwarding loops between clusters. CoreDNS's loop plugin only finds them at start-up, while all clusters answer.
    /// </summary>
    public static void CheckRings(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
        // In other clusters, an isolated cluster's address belongs to something else.
        var owners = clusters.Where(pair => !pair.Cluster.Isolated)
            .SelectMany(pair => Sections.DnsAddresses(pair.Cluster, pair.At).Select(address => (Address: address, Owner: pair)))
            .ToLookup(pair => pair.Address, pair => pair.Owner);
        foreach (var pair in clusters)
        {
            Check(pair, pair.Cluster.Dns.Upstreams, "dns.upstreams", null);
            foreach (var stub in pair.Cluster.Dns.StubDomains)
            {
                Check(pair, stub.Forwarding.Servers, $"{PathOf(stub)}.servers", stub.Zone);
            }
        }

        void Check((Cluster Cluster, SectionReader At) pair, ImmutableArray<Upstream> servers, string path, DomainName? zone)
        {
            for (var index = 0; index < servers.Length; index++)
            {
                if (owners[servers[index].Address].FirstOrDefault() is { At: not null } next && next.At != pair.At
                    && Reaches(next, pair, zone, owners))
                {
                    pair.At.Report(DefinitionRules.UpstreamRing, $"{path}[{index}]",
                        $"The upstream {servers[index]} is the DNS of {Sections.Label(next.At)}, which forwards back to " +
                            $"{Sections.Label(pair.At)}.",
                        "Let one of the clusters forward to a server outside of both.");
                }
            }
        }
    }

    private static bool Reaches(
        (Cluster Cluster, SectionReader At) from, (Cluster Cluster, SectionReader At) to, DomainName? zone,
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
                ServersFor(pair.Cluster, zone).SelectMany(upstream => owners[upstream.Address].Take(1)).ToList().ForEach(waiting.Push);
            }
        }

        return false;
    }

    /// <summary>The servers to which a cluster forwards the names of a zone, or all names.</summary>
    private static ImmutableArray<Upstream> ServersFor(Cluster cluster, DomainName? zone) =>
        zone is null ? cluster.Dns.Upstreams
        : zone.IsIn(cluster.Domain) ? []
        : cluster.Dns.StubDomains.Where(stub => zone.IsIn(stub.Zone)).MaxBy(stub => stub.Zone.Text.Length)?.Forwarding.Servers
            ?? cluster.Dns.Upstreams;
}
