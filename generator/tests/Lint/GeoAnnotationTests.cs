namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Names of geographic routing, in capitals too: DNS takes both for the same.</summary>
public sealed class GeoAnnotationTests
{
    private const string Rule = "geo-annotation-unread";

    [TestCase("geo.example.com", true)]
    [TestCase("GEO.example.com.", true)]
    [TestCase("shop.Geo.Example.com", true)]
    [TestCase("mygeo.example.com", false)]
    public void A_name_of_the_zone_is_read(string name, bool isRead) =>
        ExternalDnsFixtures.Geo(name, "", ExternalDnsFixtures.GeoZone).Check()
            .Any(finding => finding.Rule == Rule).ShouldBe(!isRead);

    /// <summary>A tree from elsewhere may write the same config with other quotes, or with comments before it.</summary>
    [TestCase("zone: \"geo.example.com\"")]
    [TestCase("zone: 'geo.example.com' # outside")]
    [TestCase("zone: Geo.Example.com")]
    [TestCase("{zone: geo.example.com, region: eu}")]
    public void The_zone_is_read_as_YAML(string config)
    {
        Finding[] Found(string name) =>
        [
            .. ExternalDnsFixtures.Geo(name, "", ExternalDnsFixtures.GeoZone
                .Replace("zone: geo.example.com\n    region: eu", config)).Check()
                .Where(finding => finding.Rule == Rule),
        ];

        Found("shop.geo.example.com").ShouldBeEmpty();
        Found("shop.example.com").ShouldHaveSingleItem().Message.ShouldContain("the zone of cluster infra is ");
    }

    /// <summary>What the writer of the zones takes (controller/Geo/GeoService.cs); an empty annotation counts as none.</summary>
    [TestCase("geo-region: eu")]
    [TestCase("geo-region: \"\"")]
    [TestCase("geo-weight: \"0\"")]
    [TestCase("geo-weight: \"255\"")]
    [TestCase("geo-priority: \"1000\"")]
    [TestCase("geo-policy: failover")]
    public void What_geographic_routing_reads_has_no_finding(string annotation) =>
        ExternalDnsFixtures.GeoBeside(annotation, "").Check().ShouldNotContain(finding => finding.Rule == "geo-annotation-refused");
}
