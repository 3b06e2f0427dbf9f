namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>
/// Zones for the plugin file, tested with CoreDNS 1.11.4 and 1.13.1: all that it refuses are refused here. It accepts four that are refused
/// here: an address without a value, the class CH, a first record without a name, and an SOA of six values.
/// </summary>
public sealed class ZoneSyntaxTests
{
    private const string Soa = "@ 60 IN SOA ns admin 1 7200 1800 86400 60\n";

    [TestCase("a A 10.0.0.1\n")]
    [TestCase("a 60 TYPE123 \\# 1 00\n")]
    [TestCase("a 60 TXT \"ab;c\" \"d e\"\n")]
    [TestCase("  60 IN NS ns\n")]
    [TestCase("a 60 in a 1.2.3.4\n")]
    [TestCase("a IN 60 A 1.2.3.4\n")]
    [TestCase("a 1h30m A 1.2.3.4 ; a comment\n")]
    [TestCase("@ 60 CAA 0 issue \"x\"\n")]
    [TestCase("_a._tcp 60 SRV 1 2 3 host\n")]
    [TestCase("a 60 NAPTR 1 1 \"U\" \"x\" \"!a!b!\" .\n")]
    [TestCase("$GENERATE 1-3 h$ 60 A 10.0.0.$\n")]
    [TestCase("$ORIGIN other.\nb 60 A 1.2.3.4\n")]
    [TestCase("a 60 CNAME b.example.com.\r\n")]
    [TestCase("a 60 A ( ( 1.2.3.4 ) )\n")]
    [TestCase("a 60 TXT \"a \\\"b\\\" c\"\n")]
    public void A_zone_that_CoreDNS_loads_has_no_problem(string records) => ZoneSyntax.Problem(Soa + records).ShouldBeNull();

    [Test]
    public void Parentheses_join_lines_and_the_TTL_may_stand_above()
    {
        ZoneSyntax.Problem("@ 60 IN SOA ns admin (1 ; serial\n 7200\n 1800 86400 60 )\na A 1.2.3.4\n").ShouldBeNull();
        ZoneSyntax.Problem("$ORIGIN example.com.\n$TTL 1h30m\n@ IN SOA ns admin 1 2h 30m 1d 60\na A 1.2.3.4\n").ShouldBeNull();
    }

    [TestCase("a 60 A 10.0.0\n", "the A record in its line 2 with the address '10.0.0'")]
    [TestCase("a 60 A 10.1\n", "the address '10.1'")]
    [TestCase("a 60 A 010.0.0.1\n", "the address '010.0.0.1'")]
    [TestCase("a 60 AAAA fe80::1%eth0\n", "the address 'fe80::1%eth0'")]
    [TestCase("a 123456789012345678901234567890x A 10.0.0.1\n", "no type of a record in its line 2")]
    [TestCase("a 60 AAAA 10.0.0.1\n", "the AAAA record")]
    [TestCase("a 60 CNAME \"\"\n", "the name ''")]
    [TestCase("a 60 CNAME b c\n", "the CNAME record in its line 2 with 2 values")]
    [TestCase("@ 60 MX mail\n", "the MX record in its line 2 with 1 value")]
    [TestCase("@ 60 MX 70000 mail\n", "the number '70000'")]
    [TestCase("_a._tcp 60 SRV 1 2 host\n", "the SRV record in its line 2 with 3 values")]
    [TestCase("a 60 FOO x\n", "no type of a record in its line 2: 'FOO'")]
    [TestCase("a 60\n", "no type of a record in its line 2")]
    [TestCase("a 60 TXT \"abc\n", "a quote that is not closed in its line 2")]
    [TestCase("a 60 A 1.2.3.4 )\n", "a ')' without its '(' in its line 2")]
    [TestCase("\n; two\na 60 TXT (x\n", "a '(' without its ')' in its line 4")]
    [TestCase("$INCLUDE other\n", "includes a file in its line 2")]
    [TestCase("$FOO x\n", "a line 2 that is not a directive")]
    [TestCase("a..b 60 A 1.2.3.4\n", "the name 'a..b' in its line 2")]
    [TestCase("@ 60 CAA 0 issue\n", "the CAA record in its line 2 with 2 values")]
    [TestCase("a 60 A\n", "the A record in its line 2 with 0 values")]
    [TestCase("a 60 CH TXT x\n", "no type of a record in its line 2: 'CH'")]
    public void Text_that_CoreDNS_refuses_is_reported_with_its_line(string records, string problem) =>
        ZoneSyntax.Problem(Soa + records)!.Value.Problem.ShouldContain(problem);

    [TestCase("@ 60 IN SOA ns admin 1 7200 1800 86400 60\n", null)]
    [TestCase("example.com. 60 IN SOA ns admin 1 7200 1800 86400 60\n", null)]
    [TestCase("$ORIGIN com.\nExample 60 SOA ns admin 1 7200 1800 86400 60\n", null)]
    [TestCase("$ORIGIN .\nexample.com 60 SOA ns admin 1 7200 1800 86400 60\n", null)]
    [TestCase("$TTL 60\n@ A 1.2.3.4\n  SOA ns admin 1 7200 1800 86400 60\n", null)]
    [TestCase("$TTL 60\nexample.com SOA ns admin 1 7200 1800 86400 60\n", "example.com.example.com 2")]
    [TestCase("$ORIGIN example.com\n@ 60 SOA ns admin 1 7200 1800 86400 60\n", "example.com.example.com 2")]
    [TestCase("$ORIGIN other.\n@ 60 SOA ns admin 1 7200 1800 86400 60\n", "other 2")]
    public void The_SOA_is_that_of_the_zone(string text, string? stray) =>
        (ZoneSyntax.StrayAuthority(text, DomainName.Parse("example.com")) is var (name, line) ? $"{name} {line}" : null).ShouldBe(stray);

    [TestCase("a 60 A 1.2.3.4\n", "no SOA record")]
    [TestCase("; nothing\n", "no SOA record")]
    [TestCase("@ IN SOA ns admin 1 7200 1800 86400 60\n", "without a TTL in its line 1")]
    [TestCase("@ 60 IN SOA ns admin x 7200 1800 86400 60\n", "the serial 'x'")]
    [TestCase("@ 60 IN SOA ns admin 20261201001 7200 1800 86400 60\n", "the serial '20261201001', which is a number up to 4294967295")]
    [TestCase("@ 60 IN SOA ns admin 1h 7200 1800 86400 60\n", "the serial '1h'")]
    [TestCase("@ 60 IN SOA ns admin 1 2x 1800 86400 60\n", "the number '2x'")]
    [TestCase("  60 IN SOA ns admin 1 7200 1800 86400 60\n", "without a name, in its line 1")]
    [TestCase("@ 60 IN SOA ns admin 1 7200 1800 86400\n", "with 6 values")]
    [TestCase("zones/corp.zone", "is not a zone")]
    public void A_zone_begins_with_its_SOA(string text, string problem) => ZoneSyntax.Problem(text)!.Value.Problem.ShouldContain(problem);
}
