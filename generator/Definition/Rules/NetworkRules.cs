using System.Buffers.Binary;
using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Checks the ranges of one cluster, and its DNS address.</summary>
internal static class NetworkRules
{
    // The API server allows up to 20 host bits for service ranges. The gate that removes this limit, DisableAllocatorDualWrite (KEP-1880),
    // is on by default from 1.34. Its allocator supports up to 64 bits of IPv6.
    private const int OldHostBits = 20;
    private const int HostBitsOfSix = 64;
    private const int FewestHostBits = 3;

    private static readonly SemVer FirstWithLargeServices = new(1, 34, 0);

    private const string Services = "network.services";
    private const string ClusterIP = "dns.clusterIP";

    public static void Check(Cluster cluster, SectionReader at)
    {
        Overlap(("services", cluster.Services), ("pods", cluster.Pods), at);
        Overlap(("nodes", cluster.Nodes), ("pods", cluster.Pods), at);
        Overlap(("nodes", cluster.Nodes), ("services", cluster.Services), at);
        Family("pods", cluster.Pods, cluster.Services, at);
        Family("nodes", cluster.Nodes, cluster.Services, at);
        foreach (var range in cluster.Ranges.Where(range => range.Use == RangeUse.Services && at.IsSound(range.Path)))
        {
            CheckSize(cluster, range, at);
        }

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

    private static void CheckSize(Cluster cluster, ClusterRange range, SectionReader at)
    {
        var (services, tenth) = (range.Addresses, range.Addresses.AddressAt(DnsSettings.DnsOffset));
        var (width, isSix) = services.Family == AddressFamily.InterNetworkV6 ? (128, true) : (32, false);
        var (hostBits, isNew) = (width - services.PrefixLength, cluster.Kubernetes is { } version && version >= FirstWithLargeServices);
        if (hostBits > (isNew ? HostBitsOfSix : OldHostBits))
        {
            at.Report(DefinitionRules.ServicesSize, range.Path,
                $"The API server does not take a service range as large as {services}.",
                isNew ? $"Write /{width - HostBitsOfSix} or longer."
                    : $"Write /{width - OldHostBits} or longer, or {(isSix ? $"/{width - HostBitsOfSix} or longer with " : "")}"
                        + $"kubernetes: {FirstWithLargeServices} or later.");
        }
        else if (range.Path == Services && !at.Has(ClusterIP)
            && (tenth is null || (!isSix && tenth.Equals(services.Last()))))
        {
            at.Report(DefinitionRules.ServicesSize, Services,
                $"The service range {services} has no tenth address for DNS.",
                "Write /28 (IPv6: /124) or shorter, or give dns.clusterIP.");
        }
        else if (hostBits < FewestHostBits)
        {
            at.Report(DefinitionRules.ServicesSize, range.Path,
                $"The service range {services} has fewer than {1 << FewestHostBits} addresses.",
                $"Write /{width - FewestHostBits} or shorter.");
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
        else if (EndsInColon(dns))
        {
            at.Report(DefinitionRules.AddressForm, ClusterIP,
                $"The DNS address {dns} ends in ':', which YAML reads as the end of a key.",
                $"Write another address{Tenth(services)}.");
        }
    }

    // Flux substitutes the address after kustomize has removed the quotes.
    private static bool EndsInColon(IPAddress dns) => dns.ToString().EndsWith(':');

    private static string Tenth(Cidr services) => services.AddressAt(DnsSettings.DnsOffset) is { } tenth ? $", for example {tenth}" : "";

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
}

/// <summary>
/// Checks the ranges of different clusters. Pods and services must not overlap, so that clusters can be connected, routed and distinguished
/// in firewalls and logs. Node ranges may be equal (clusters on one network), but must not overlap another cluster's pods or services. See
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

        // Ranges are either disjoint or nested. So in this order, those around the current one are a stack: n log n, not n².
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
