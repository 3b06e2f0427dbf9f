using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The servers that one cluster's CoreDNS forwards to.</summary>
internal static class DnsRules
{
    private static readonly Cidr[] NotUnicast = [Cidr.Parse("224.0.0.0/3"), Cidr.Parse("ff00::/8"), Cidr.Parse("fe80::/10")];

    // Where NodeLocal DNSCache listens by default (its README), and where Kubespray puts it: it asks CoreDNS.
    private static readonly IPAddress[] NodeLocal = [IPAddress.Parse("169.254.20.10"), IPAddress.Parse("169.254.25.10")];

    public static void Check(ClusterDraft cluster, FindingList findings)
    {
        foreach (var upstream in cluster.Upstreams)
        {
            Check(cluster, upstream, findings);
        }
    }

    private static void Check(ClusterDraft cluster, Located<Upstream> upstream, FindingList findings)
    {
        var address = upstream.Value.Address;
        if (Loop(cluster, address) is { } reason)
        {
            findings.Add(DefinitionRules.UpstreamLoop, upstream.Position,
                $"The upstream {address} {reason}: every question would go in a circle.",
                "Write a server outside of the cluster that does not ask this one.");
        }
        else if (NotUnicast.Any(range => range.Contains(address)))
        {
            findings.Add(DefinitionRules.UpstreamUnicast, upstream.Position,
                $"The upstream {address} is no address that a pod can ask: it is multicast, reserved or link-local without a zone.",
                "Write the server's own address.");
        }
        else if (cluster.Pods?.Value.Contains(address) == true)
        {
            findings.Add(DefinitionRules.UpstreamPods, upstream.Position,
                $"The upstream {address} is inside of the pods {cluster.Pods.Value}, and a pod's address changes.",
                "Write the address of its Service, or of a server outside of the cluster.");
        }
        else if (cluster.Services is { } services && services.Value.Family != address.AddressFamily)
        {
            findings.Add(DefinitionRules.UpstreamFamily, upstream.Position,
                $"The upstream {address} is {(address.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6")}, the cluster {cluster.Label} is not.",
                $"Write servers of the family of {services.Value}.");
        }
    }

    private static string? Loop(ClusterDraft cluster, IPAddress address) => address switch
    {
        _ when address.Equals(cluster.ClusterIP?.Value) => "is the cluster's own DNS",
        _ when IPAddress.IsLoopback(address) => "is, inside a pod, CoreDNS itself",
        _ when address.GetAddressBytes() is [0, ..] and { Length: 4 } || address.Equals(IPAddress.IPv6Any) => "is the unspecified address, inside a pod CoreDNS itself",
        _ when NodeLocal.Contains(address) => "is the NodeLocal DNSCache, which asks CoreDNS",
        _ => null,
    };
}
