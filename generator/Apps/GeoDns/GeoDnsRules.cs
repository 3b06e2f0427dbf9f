using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>Checks the keys of geographic routing; docs/definition.md explains each rule.</summary>
[RuleIds]
internal static partial class GeoDnsRules
{
    public const string Count = "geo-count";
    public const string Code = "geo-code";
    public const string Database = "geo-database";
    public const string WithoutZone = "geo-without-zone";
    public const string WithoutRegions = "geo-without-regions";
    public const string RegionTwice = "geo-region-twice";
    public const string RegionName = "geo-region-name";
    public const string RegionWithoutCluster = "geo-region-without-cluster";
    public const string RegionUnknown = "geo-region-unknown";
    public const string ClusterUnknown = "geo-cluster-unknown";
    public const string ClusterTwice = "geo-cluster-twice";
    public const string ClusterWithoutRegion = "geo-cluster-without-region";
    public const string Overlap = "geo-clients-overlap";
    public const string WeightsZero = "geo-weights-zero";
    public const string ZoneOfCluster = "geo-zone-of-cluster";
    public const string ZoneOfSubstrate = "geo-zone-of-substrate";
    public const string ServerAddress = "geo-server-in-cluster";
    public const string ServerOfSubstrate = "geo-server-of-substrate";
    public const string Image = "geo-image";
    public const string NearestItself = "geo-nearest-itself";

    private const string Key = GeoDnsNames.Key;

    // The first with 'loadbalance weighted'; 'view' and the geoip plugin's 'edns-subnet' are older.
    private static readonly SemVer OldestCoreDns = new(1, 10, 1);

    public static void CheckFleet(
        IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters, IReadOnlyList<SubstrateSettings> substrates)
    {
        var names = clusters.Select(pair => pair.At.Written("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var (cluster, at) in clusters.Where(pair => pair.Cluster.Of<GeoDnsSettings>() is not null))
        {
            var settings = cluster.Of<GeoDnsSettings>()!;
            CheckNeeds(settings, at);
            CheckImage(settings.CoreDnsImage, at);
            CheckZone(settings, at, clusters, substrates);
            var regions = settings.Regions.Zip(at.At(Key).Entries("regions")).ToArray();
            foreach (var (region, here) in regions)
            {
                CheckRegion(settings, region, here, names);
                CheckServers(region, here, clusters, substrates);
            }

            CheckPairs(regions);
            if (regions.Length > 0 && settings.RegionOf(cluster.Name) is null
                && Array.TrueForAll(regions, pair => pair.Second.IsSound("clusters")))
            {
                at.Report(ClusterWithoutRegion, $"{Key}.enabled", $"No region names the cluster '{cluster.Name}'.",
                    $"Add '{cluster.Name}' to the clusters of a region.", "name");
            }

            ScalingRules.CheckResources(settings.Resources, $"{Key}.resources", at);
        }
    }

    private static void CheckNeeds(GeoDnsSettings settings, SectionReader at)
    {
        if (settings.Zone is null)
        {
            at.Report(WithoutZone, $"{Key}.enabled", "Geographic routing is enabled, but it has no zone.",
                "Write 'zone:' with a zone that is delegated to it, for example geo.example.com.", $"{Key}.zone");
        }

        if (settings.Regions.IsEmpty)
        {
            at.Report(WithoutRegions, $"{Key}.enabled", "Geographic routing is enabled, but it has no regions.",
                "Write 'regions:' under defaults, each with a name, its clusters and its clients' networks, countries or continents.",
                $"{Key}.regions");
        }
        else if (settings.Policy == GeoRoutingPolicy.Weighted && settings.Regions.All(region => region.Weight == 0))
        {
            at.Report(WeightsZero, $"{Key}.policy", "The policy is weighted, and the weight of every region is 0.",
                "Give at least one region a weight from 1 to 255.", $"{Key}.regions");
        }
    }

    private static void CheckImage(string image, SectionReader at)
    {
        if (CoreDnsTag().Match(image) is { Success: true } match && SemVer.TryParse(match.Groups["version"].Value, out var version, out _)
            && version < OldestCoreDns)
        {
            at.Report(Image, $"{Key}.coreDnsImage",
                $"CoreDNS {version} does not start with this Corefile: 'loadbalance weighted' is in {OldestCoreDns} and later.",
                $"Write {OldestCoreDns} or later, such as {GeoDnsSettings.DefaultCoreDnsImage}.");
        }
    }

    private static void CheckZone(
        GeoDnsSettings settings, SectionReader at, IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters,
        IReadOnlyList<SubstrateSettings> substrates)
    {
        if (settings.Zone is not { } zone)
        {
            return;
        }

        if (clusters.FirstOrDefault(pair => HoldEachOther(zone.Text, pair.Cluster.Domain.Text)).Cluster is { } other)
        {
            at.Report(ZoneOfCluster, $"{Key}.zone", $"The zone {zone} and the cluster domain {other.Domain} hold each other's names.",
                "Write a zone of its own, for example geo.example.com.", "domain");
        }

        // Also one that no cluster names: hosts ask it.
        if (substrates.FirstOrDefault(substrate => HoldEachOther(zone.Text, substrate.Zone.Text)) is { } substrate)
        {
            at.Report(ZoneOfSubstrate, $"{Key}.zone",
                $"The zone {zone} and the zone {substrate.Zone} of the substrate '{substrate.Name}' hold each other's names.",
                "Write a zone of its own, for example geo.example.com.");
        }
    }

    private static void CheckRegion(GeoDnsSettings settings, GeoDnsRegion region, SectionReader here, HashSet<string?> clusters)
    {
        if (region.Name.Text == GeoDnsNames.DefaultView)
        {
            here.Report(RegionName, "name", $"The name '{region.Name}' is taken by the clients that are near to no region.",
                "Write another name.");
        }

        if (region.Clusters.IsEmpty && here.IsSound("clusters"))
        {
            here.Report(RegionWithoutCluster, here.Has("clusters") ? here.PositionOf("clusters") : here.Position,
                $"The region '{region.Name}' has no cluster.", "Write 'clusters:' with the clusters in it, or delete the region.");
        }

        foreach (var (index, name) in region.Clusters.Index())
        {
            if (!clusters.Contains(name.Text))
            {
                here.Report(ClusterUnknown, $"clusters[{index}]", $"Cluster '{name}' is not in this definition.",
                    "Name a cluster of this file.");
            }
        }

        foreach (var (index, name) in region.Nearest.Index())
        {
            if (settings.Regions.All(other => other.Name != name))
            {
                here.Report(RegionUnknown, $"nearest[{index}]", $"Region '{name}' is not in this list.", "Name a region of this list.");
            }
            else if (name == region.Name)
            {
                here.Report(NearestItself, $"nearest[{index}]",
                    $"The region '{name}' names itself: 'nearest' lists the regions that answer while it is down.",
                    "Name other regions, or delete it.");
            }
        }

        if (settings.Database is null && (region.Countries.Length > 0 || region.Continents.Length > 0))
        {
            var key = region.Countries.Length > 0 ? "countries" : "continents";
            here.Report(Database, here.PositionOf(key), $"Without a database nobody knows the {key} of addresses.",
                $"Write '{Key}.database.image' with an image that holds one, or networks instead.");
        }
    }

    /// <summary>The addresses of name servers are public.</summary>
    private static void CheckServers(
        GeoDnsRegion region, SectionReader here, IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters,
        IReadOnlyList<SubstrateSettings> substrates)
    {
        foreach (var (index, server) in region.Servers.Index())
        {
            if (substrates.FirstOrDefault(one => one.Hosts.Any(host => host.Addresses.Contains(server))) is { } substrate)
            {
                here.Report(ServerOfSubstrate, $"servers[{index}]",
                    $"The address {server} is a host of the substrate '{substrate.Name}', whose own server has its port 53 and refuses the "
                        + "names of this zone.",
                    "Write the address of the load balancer or of the nodes.");
            }

            if (clusters.SelectMany(pair => pair.Cluster.RangesFor(RangeUse.Pods, RangeUse.Services))
                .FirstOrDefault(range => range.Contains(server)) is { } range)
            {
                here.Report(ServerAddress, $"servers[{index}]",
                    $"The address {server} is in a cluster's {range}, which clients outside do not reach.",
                    "Write the address of the load balancer or of the nodes.");
            }
        }
    }

    private static void CheckPairs((GeoDnsRegion Region, SectionReader At)[] regions)
    {
        for (var second = 1; second < regions.Length; second++)
        {
            for (var first = 0; first < second; first++)
            {
                var (one, (two, here)) = (regions[first].Region, regions[second]);
                var line = regions[first].At.Position.Line;
                if (one.Name == two.Name)
                {
                    here.Report(RegionTwice, "name", $"The region in line {line} has the name '{two.Name}' already.",
                        "Write another name.");
                }

                foreach (var (index, cluster) in two.Clusters.Index().Where(item => one.Clusters.Contains(item.Item)))
                {
                    here.Report(ClusterTwice, $"clusters[{index}]",
                        $"The cluster '{cluster}' is in the region '{one.Name}' (line {line}) already.", "Leave it in one of them.");
                }

                foreach (var (index, network) in two.Networks.Index())
                {
                    if (one.Networks.FirstOrDefault(range => range.Overlaps(network)) is { } shared)
                    {
                        here.Report(Overlap, $"networks[{index}]",
                            $"{network} and {shared} of the region '{one.Name}' (line {line}) share addresses: " +
                                "a client would be near to both.",
                            "Give each network to one region, split where it must be.");
                    }
                }

                CheckCodes("countries", one, two.Countries, one.Countries, here, line);
                CheckCodes("continents", one, two.Continents, one.Continents, here, line);
            }
        }
    }

    private static void CheckCodes(
        string key, GeoDnsRegion one, IEnumerable<string> codes, IReadOnlyCollection<string> others, SectionReader here, int line)
    {
        foreach (var (index, code) in codes.Index().Where(item => others.Contains(item.Item)))
        {
            here.Report(Overlap, $"{key}[{index}]", $"'{code}' is near to the region '{one.Name}' (line {line}) already.",
                "Leave it in one of them.");
        }
    }

    private static bool HoldEachOther(string one, string other) => DomainName.IsIn(one, other) || DomainName.IsIn(other, one);

    // docker.io/coredns/coredns:1.11.4, registry.k8s.io/coredns:1.7.0 and copies such as rancher/mirrored-coredns-coredns:v1.11.4. An image
    // with another name may be a build with its own version numbers.
    [GeneratedRegex(@"(^|/)(coredns/coredns|registry\.k8s\.io/coredns|k8s\.gcr\.io/coredns|mirrored-coredns-coredns)"
        + @":v?(?<version>[0-9]+\.[0-9]+\.[0-9]+)(?![0-9.])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CoreDnsTag();
}
