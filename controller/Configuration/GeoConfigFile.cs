using PlatformGitOps.Controller.Geo;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>Reads the config file of <c>geo</c>.</summary>
internal static class GeoConfigFile
{
    private const int HighestWeight = 255;

    public static GeoOptions Read(string text) => ConfigFile.Read(text, Read);

    private static GeoOptions Read(ConfigSection root)
    {
        var regions = Regions(root.Child("regions"));
        var names = regions.Select(region => region.Name).ToHashSet(StringComparer.Ordinal);
        root.Require(regions.Count > 0, "regions: at least one is needed");
        root.Require(!names.Contains(ZoneText.DefaultView), "regions: the name default is taken");
        root.Require(regions.All(region => region.Order.Count == names.Count && names.SetEquals(region.Order)),
            "regions: the order of each must name every region once");
        var probes = root.Child("probes");
        var standard = new TargetRules();
        var options = new GeoOptions
        {
            Zone = root.DnsName("zone", "").TrimEnd('.').ToLowerInvariant(),
            Region = root.Text("region", ""),
            Policy = root.Word("policy", GeoPolicy.Latency),
            Ttl = root.Number("ttl", 5, 1, 86_400),
            Regions = regions,
            ZonesName = root.Text("zones", "geo-dns"),
            Namespaces = root.Texts("namespaces"),
            Probes = new TargetRules
            {
                Interval = probes.Duration("interval", standard.Interval),
                RetryInterval = probes.Duration("retryInterval", standard.RetryInterval),
                Timeout = probes.Duration("timeout", standard.Timeout),
                FailureThreshold = probes.Number("failureThreshold", standard.FailureThreshold, 1, 100),
                SuccessThreshold = probes.Number("successThreshold", standard.SuccessThreshold, 1, 100),
            },
            Networks = new ProbeNetworks { Denied = ConfigFile.DeniedNetworks(probes) },
        };
        root.Require(options.Zone.Length > 0, "zone is missing");
        root.Require(names.Contains(options.Region), "region must be one of the regions");
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
            regions.Add(new GeoRegion(name, entry.Texts("order"), entry.Number("weight", 1, 0, HighestWeight), entry.Addresses("servers")));
            entry.RefuseOthers();
        }

        return regions;
    }
}
