using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The ranges of one cluster, and the DNS address among them.</summary>
internal static class NetworkRules
{
    // The API server never takes more than 64 bits of hosts, and before Kubernetes 1.33 (KEP-1880) no IPv4 range above 20.
    private const int LargestServicesFour = 12;
    private const int LargestServicesSix = 64;

    private static readonly SemVer FirstWithLargeServices = new(1, 33, 0);

    private const string Services = "network.services";
    private const string ClusterIP = "dns.clusterIP";

    public static void Check(Cluster cluster, SectionReader at)
    {
        Overlap(("services", cluster.Services), ("pods", cluster.Pods), at);
        Overlap(("nodes", cluster.Nodes), ("pods", cluster.Pods), at);
        Overlap(("nodes", cluster.Nodes), ("services", cluster.Services), at);
        Family("pods", cluster.Pods, cluster.Services, at);
        Family("nodes", cluster.Nodes, cluster.Services, at);
        CheckSize(cluster, at);
        if (at.Has(ClusterIP))
        {
            CheckAddress(cluster.Dns.ClusterIP, cluster.Services, at);
        }
    }

    private static void Overlap((string Key, Cidr? Range) left, (string Key, Cidr? Range) right, SectionReader at)
    {
        if (left.Range is { } a && right.Range is { } b && a.Overlaps(b))
        {
            at.Report(DefinitionRules.OverlapInside, $"network.{left.Key}",
                $"The {left.Key} {a} and the {right.Key} {b} (line {at.PositionOf($"network.{right.Key}").Line}) share addresses.",
                "Give each its own range.",
                $"network.{right.Key}");
        }
    }

    private static void Family(string key, Cidr? range, Cidr services, SectionReader at)
    {
        if (range is not null && range.Family != services.Family)
        {
            at.Report(DefinitionRules.FamilyMixed, $"network.{key}",
                $"The {key} {range} are {Name(range.Family)}, the services {services} are {Name(services.Family)}.",
                "Write ranges of one family; a dual-stack cluster has the other family under network.second.",
                Services);
        }
    }

    private static void CheckSize(Cluster cluster, SectionReader at)
    {
        var (services, tenth) = (cluster.Services, cluster.Services.AddressAt(DnsSettings.DnsOffset));
        // From 1.33 on (KEP-1880) IPv4 ranges may be as large as they like.
        if (services.PrefixLength < (services.Family == AddressFamily.InterNetworkV6 ? LargestServicesSix
            : cluster.Kubernetes is { } kubernetes && kubernetes >= FirstWithLargeServices ? 0 : LargestServicesFour))
        {
            at.Report(DefinitionRules.ServicesSize, Services,
                $"The API server does not take a service range as large as {services}.",
                $"Write /{LargestServicesFour} or longer for IPv4, or kubernetes: {FirstWithLargeServices} or later; "
                    + $"/{LargestServicesSix} or longer for IPv6.");
        }
        else if (!at.Has(ClusterIP) && (tenth is null || (services.Family == AddressFamily.InterNetwork && tenth.Equals(services.Last()))))
        {
            at.Report(DefinitionRules.ServicesSize, Services,
                $"The service range {services} has no tenth address for DNS.",
                "Write /28 (IPv6: /124) or shorter, or give dns.clusterIP.");
        }
    }

    private static void CheckAddress(IPAddress dns, Cidr services, SectionReader at)
    {
        if (dns.AddressFamily != services.Family)
        {
            at.Report(DefinitionRules.FamilyMixed, ClusterIP,
                $"The DNS address {dns} is {Name(dns.AddressFamily)}, the services {services} are {Name(services.Family)}.",
                $"Write an address inside {services}.",
                Services);
        }
        else if (!services.Contains(dns))
        {
            at.Report(DefinitionRules.DnsOutside, ClusterIP,
                $"The DNS address {dns} is outside of the services {services}.",
                $"Write an address inside {services}{Tenth(services)}.",
                Services);
        }
        else if (dns.Equals(services.First) || (services.Family == AddressFamily.InterNetwork && dns.Equals(services.Last())))
        {
            at.Report(DefinitionRules.DnsReserved, ClusterIP,
                $"The DNS address {dns} is the {(dns.Equals(services.First) ? "network" : "broadcast")} address of the services " +
                    $"{services}, which Kubernetes never assigns.",
                $"Write another address{Tenth(services)}.",
                Services);
        }
        else if (dns.Equals(services.AddressAt(1)))
        {
            at.Report(DefinitionRules.DnsApiServer, ClusterIP,
                $"The DNS address {dns} is the first of the services {services}: the API server takes it for itself.",
                $"Write another address{Tenth(services)}.",
                Services);
        }
    }

    private static string Tenth(Cidr services) => services.AddressAt(DnsSettings.DnsOffset) is { } tenth ? $", for example {tenth}" : "";

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
}
