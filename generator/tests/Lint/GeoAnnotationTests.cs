namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Names of geographic routing, in capitals too: DNS takes both for the same.</summary>
public sealed class GeoAnnotationTests
{
    [TestCase("geo.example.com", true)]
    [TestCase("GEO.example.com.", true)]
    [TestCase("shop.Geo.Example.com", true)]
    [TestCase("mygeo.example.com", false)]
    public void A_name_of_the_zone_is_read(string name, bool isRead) =>
        ExternalDnsFixtures.Geo(name, "", ExternalDnsFixtures.GeoZone).Check().Any(finding => finding.Rule == "geo-annotation-unread").ShouldBe(!isRead);
}
