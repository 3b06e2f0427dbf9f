using PlatformGitOps.Controller.Geo;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>Reads the config file of <c>geo</c>.</summary>
internal static class GeoConfigFile
{
    private const int HighestWeight = 255;
    private const string RegionsKey = "regions";

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    public static GeoOptions Read(string text, string file = "config") => ConfigFile.Read(text, file, Read);

    private static GeoOptions Read(ConfigSection root)
    {
        var regions = Regions(root.Child(RegionsKey));
        var names = regions.Select(region => region.Name).ToHashSet(StringComparer.Ordinal);
        root.Require(regions.Count > 0, "regions: at least one is needed", RegionsKey);
        root.Require(!names.Contains(ZoneText.DefaultView), "regions: the name default is taken: write another", RegionsKey);
        root.Require(names.All(ProbeNames.IsLabel), "regions: a name has lower-case letters, digits and dashes", RegionsKey);
        root.Require(regions.All(region => region.Order.Count == names.Count && names.SetEquals(region.Order)),
            "regions: the order of each must name every region once", RegionsKey);
        var probes = root.Child("probes");
        var standard = new TargetRules();
        var options = new GeoOptions
        {
            Zone = root.DnsName("zone", "").TrimEnd('.').ToLowerInvariant(),
            Region = root.Text("region", ""),
            Policy = root.Word("policy", GeoPolicy.Latency),
            Ttl = root.Number("ttl", 5, 1, 86_400),
            Regions = regions,
            ZonesName = root.Name("zones", "geo-dns"),
            Namespaces = root.Labels("namespaces"),
            Probes = new TargetRules
            {
                Interval = probes.Duration("interval", standard.Interval, PolicyLimits.LongestInterval, ShortestInterval),
                RetryInterval = probes.Duration(
                    "retryInterval", standard.RetryInterval, PolicyLimits.LongestInterval, ShortestInterval),
                Timeout = probes.Duration("timeout", standard.Timeout, PolicyLimits.LongestTimeout),
                FailureThreshold = probes.Number("failureThreshold", standard.FailureThreshold, 1, 100),
                SuccessThreshold = probes.Number("successThreshold", standard.SuccessThreshold, 1, 100),
            },
            Networks = new ProbeNetworks { Denied = ConfigFile.DeniedNetworks(probes) },
        };
        root.Require(options.Zone.Length > 0, "zone is missing: write the zone of the names", "zone");
        root.Require(names.Contains(options.Region), $"region: '{options.Region}' must be one of the regions", "region");
        probes.Require(
            options.Probes.Timeout <= options.Probes.Interval, "timeout must be at most the interval", "interval", "timeout");
        probes.RefuseOthers();
        root.RefuseOthers();
        return options;
    }

    private static List<GeoRegion> Regions(ConfigSection section)
    {
        var regions = new List<GeoRegion>();
        foreach (var name in section.Keys.ToArray())
        {
            var entry = section.Child(name);
            var weight = entry.Number("weight", 1, 0, HighestWeight);
            regions.Add(new GeoRegion(name, entry.Labels("order"), weight, entry.Addresses("servers")));
            entry.RefuseOthers();
        }

        return regions;
    }
}
