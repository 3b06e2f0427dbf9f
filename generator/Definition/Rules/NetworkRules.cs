using System.Net.Sockets;
using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The ranges of one cluster, and the DNS address among them.</summary>
internal static class NetworkRules
{
    // The API server never takes more than 64 bits of hosts, and before Kubernetes 1.33 (KEP-1880) no IPv4 range above 20.
    private const int LargestServicesFour = 12;
    private const int LargestServicesSix = 64;

    public static void Check(ClusterDraft cluster, FindingList findings)
    {
        Overlap(("services", cluster.Services), ("pods", cluster.Pods), findings);
        Overlap(("nodes", cluster.Nodes), ("pods", cluster.Pods), findings);
        Overlap(("nodes", cluster.Nodes), ("services", cluster.Services), findings);
        if (cluster.Services is { } services)
        {
            Family("pods", cluster.Pods, services.Value, findings);
            Family("nodes", cluster.Nodes, services.Value, findings);
            CheckSize(cluster, services, findings);
            CheckAddress(cluster, services.Value, findings);
        }
    }

    private static void Overlap((string Key, Located<Cidr>? Range) left, (string Key, Located<Cidr>? Range) right, FindingList findings)
    {
        if (left.Range is { } a && right.Range is { } b && a.Value.Overlaps(b.Value))
        {
            findings.Add(DefinitionRules.OverlapInside, a.Position,
                $"The {left.Key} {a.Value} and the {right.Key} {b.Value} (line {b.Position.Line}) share addresses.",
                "Give each its own range.");
        }
    }

    private static void Family(string key, Located<Cidr>? range, Cidr services, FindingList findings)
    {
        if (range is not null && range.Value.Family != services.Family)
        {
            findings.Add(DefinitionRules.FamilyMixed, range.Position,
                $"The {key} {range.Value} are {Name(range.Value.Family)}, the services {services} are {Name(services.Family)}.",
                "Write ranges of one family; dual-stack clusters are described by their first family.");
        }
    }

    private static void CheckSize(ClusterDraft cluster, Located<Cidr> services, FindingList findings)
    {
        if (services.Value.PrefixLength < (services.Value.Family == AddressFamily.InterNetwork ? LargestServicesFour : LargestServicesSix))
        {
            findings.Add(DefinitionRules.ServicesSize, services.Position,
                $"The API server does not take a service range as large as {services.Value}.",
                $"Write /{LargestServicesFour} or longer for IPv4, /{LargestServicesSix} or longer for IPv6.");
        }
        else if (!cluster.HasClusterIP && (cluster.ClusterIP is null || (services.Value.Family == AddressFamily.InterNetwork && cluster.ClusterIP.Value.Equals(services.Value.Last()))))
        {
            findings.Add(DefinitionRules.ServicesSize, services.Position,
                $"The service range {services.Value} has no tenth address for DNS.",
                "Write /28 (IPv6: /124) or shorter, or give dns.clusterIP.");
        }
    }

    private static void CheckAddress(ClusterDraft cluster, Cidr services, FindingList findings)
    {
        if (!cluster.HasClusterIP || cluster.ClusterIP is not { } dns)
        {
            return;
        }

        if (dns.Value.AddressFamily != services.Family)
        {
            findings.Add(DefinitionRules.FamilyMixed, dns.Position,
                $"The DNS address {dns.Value} is {Name(dns.Value.AddressFamily)}, the services {services} are {Name(services.Family)}.",
                $"Write an address inside {services}.");
        }
        else if (!services.Contains(dns.Value))
        {
            findings.Add(DefinitionRules.DnsOutside, dns.Position,
                $"The DNS address {dns.Value} is outside of the services {services}.",
                $"Write an address inside {services}{Tenth(services)}.");
        }
        else if (dns.Value.Equals(services.First) || (services.Family == AddressFamily.InterNetwork && dns.Value.Equals(services.Last())))
        {
            findings.Add(DefinitionRules.DnsReserved, dns.Position,
                $"The DNS address {dns.Value} is the {(dns.Value.Equals(services.First) ? "network" : "broadcast")} address of the services {services}, which Kubernetes never gives out.",
                $"Write another address{Tenth(services)}.");
        }
        else if (dns.Value.Equals(services.AddressAt(1)))
        {
            findings.Add(DefinitionRules.DnsApiServer, dns.Position,
                $"The DNS address {dns.Value} is the first of the services {services}: the API server takes it for itself.",
                $"Write another address{Tenth(services)}.");
        }
    }

    private static string Tenth(Cidr services) => services.AddressAt(ClusterDrafts.DnsOffset) is { } tenth ? $", for example {tenth}" : "";

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
}
