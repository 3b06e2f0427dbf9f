namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

internal sealed partial class GeoRoutingTests
{
    /// <summary>
    /// Other libraries look up the first 32 bits of an IPv6 address (findings/mmdb-ipv6-in-ipv4.sh): 2001:db8:: would be in France here.
    /// </summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task A_database_of_IPv4_has_no_country_for_an_IPv6_client(CancellationToken token)
    {
        var places = CityDatabase.OfIPv4(("203.0.113.0/24", "FR", "EU"), ("32.1.13.0/24", "FR", "EU"));
        server = await LocalGeoDns.Start(cluster, coreDns, controller, "latency", null, places, token);
        await Deliver([("eu", LocalRegions.Eu, ("weight", "1")), ("us", LocalRegions.Us, ("weight", "1"))], token);
        await Answers([LocalRegions.Us], Elsewhere, token);

        (await server.Ask("api", token, Elsewhere, "203.0.113.0/24")).ShouldBe([LocalRegions.Eu], "the database is not read");
        (await server.Ask("api", token, Elsewhere, "32.1.13.0/24")).ShouldBe([LocalRegions.Eu], "the database is not read");
        (await server.Ask("api", token, Elsewhere, "2001:db8:200::/48")).ShouldBe([LocalRegions.Us], "the order of the regions");
    }
}
