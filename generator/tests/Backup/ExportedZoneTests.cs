using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Tests.Backup;

[TestFixture]
public sealed class ExportedZoneTests
{
    private const string Owner = "heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/shop/one";

    private const string Soa = "example.com. 900 IN SOA ns.example.net. admin.example.net. 1 7200 900 1209600 86400";

    /// <summary>In the output format of Azure's program: relative names, and the SOA record over several lines.</summary>
    private const string Relative = $"""
        ;  Exported zone file
        $TTL 3600
        $ORIGIN example.com.

        @ 900 IN SOA ns1.example.net. admin (
                     1 ; serial
                     7200 900 1209600 86400
                     )
          172800 IN NS ns1.example.net.
        One 60 IN A 192.0.2.1
          IN A 192.0.2.2
        a-one IN TXT "{Owner}"
        alias 60 IN CNAME one
        shop IN NS ns.shop
        mail IN MX 10 mail
        """;

    private const string Route53 = """
        {
          "ResourceRecordSets": [
            { "Name": "example.com.", "Type": "SOA", "TTL": 900,
              "ResourceRecords": [{ "Value": "ns.example.net. admin.example.net. 1 7200 900 1209600 86400" }] },
            { "Name": "one.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "192.0.2.1" }] },
            { "Name": "\\052.example.com.", "Type": "A",
              "AliasTarget": { "HostedZoneId": "Z1", "DNSName": "lb.example.net.", "EvaluateTargetHealth": true } },
            { "Name": "a-one.example.com.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{ "Value": "\"OWNER\"" }] },
            { "Name": "cname-\\052.example.com.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{ "Value": "\"OWNER\"" }] }
          ]
        }
        """;

    private string folder = null!;

    [SetUp]
    public void MakeAFolder() => folder = Directory.CreateTempSubdirectory("exported-").FullName;

    [TearDown]
    public void RemoveIt() => Directory.Delete(folder, recursive: true);

    [Test]
    public void A_master_file_is_read_with_its_relative_names()
    {
        var zone = ExportedZone.Read(Relative, "zone.txt");
        zone.Zone.ShouldBe("example.com");
        zone.Records.Where(record => record.Type != "SOA").Select(record => record.ToString()).ShouldBe(
        [
            "example.com. 172800 IN NS ns1.example.net.",
            "one.example.com. 60 IN A 192.0.2.1",
            "one.example.com. 3600 IN A 192.0.2.2",
            $"a-one.example.com. 3600 IN TXT \"{Owner}\"",
            "alias.example.com. 60 IN CNAME one.example.com.",
            "shop.example.com. 3600 IN NS ns.shop.example.com.",
            "mail.example.com. 3600 IN MX 10 mail.example.com.",
        ]);
        var owned = new OwnedZone(zone.Records, null);
        owned.Of("infra").Select(record => record.Name).Distinct().ShouldBe(["a-one.example.com.", "one.example.com."]);
        owned.Delegations.ShouldBe(["shop.example.com"]);
    }

    [Test]
    public void The_output_of_Route_53_is_read_with_octal_names_and_aliases()
    {
        var zone = Of("cloud", Route53.Replace("OWNER", Owner)).ShouldHaveSingleItem();
        zone.Zone.ShouldBe("example.com");
        new OwnedZone(zone.Records, null).Of("infra").Select(record => $"{record.Name} {record.Type}").ShouldBe(
            ["*.example.com. CNAME", "a-one.example.com. TXT", "cname-*.example.com. TXT", "one.example.com. A"], ignoreOrder: true);
    }

    [TestCase("", "0 SOA records")]
    [TestCase(Soa + "\n" + "example.org. 900 IN SOA a. b. 1 2 3 4 5", "2 SOA records")]
    [TestCase(Soa + "\n$INCLUDE other", "line 2: the directive '$INCLUDE' is not read")]
    [TestCase(Soa + "\none 1h IN A 192.0.2.1", "line 2: a line is not")]
    [TestCase(Soa + "\none IN TXT \"open", "line 2: an entry is not whole")]
    [TestCase("""{ "ResourceRecordSets": [], "NextToken": "x" }""", "ends in the middle of the zone")]
    [TestCase("{", "is not what 'aws route53 list-resource-record-sets' prints")]
    [TestCase("""{ "HostedZones": [] }""", "is not what 'aws route53 list-resource-record-sets' prints")]
    public void An_incomplete_zone_is_refused(string text, string because) =>
        Should.Throw<ZoneTransferException>(() => ExportedZone.Read(text, "zone.txt")).Message.ShouldContain(because);

    [Test]
    public void A_file_belongs_to_an_instance_without_transfers_whose_domains_have_its_zone()
    {
        Should.Throw<ZoneTransferException>(() => Of("elsewhere", Soa)).Message.ShouldContain(
            "it has the zone 'example.com', in which the instance 'elsewhere' writes no name");
        Should.Throw<ZoneTransferException>(() => ExportedZone.Check(Instances(), ["zone.txt"])).Message.ShouldContain("names no instance");
        Should.Throw<ZoneTransferException>(() => ExportedZone.Check(Instances(), ["none=zone.txt"])).Message
            .ShouldContain("with one of cloud, elsewhere, own");
        Should.Throw<ZoneTransferException>(() => ExportedZone.Check(Instances(), ["own=zone.txt"])).Message
            .ShouldContain("are read by transfers");
        Should.Throw<ZoneTransferException>(() => ExportedZone.Of(Instances()[0], ["cloud=/none/zone.txt"]).ToArray()).Message
            .ShouldContain("it does not exist, or is larger than a zone");
        ExportedZone.Check(Instances(), ["cloud=zone.txt"]);
    }

    [Test]
    public void Octal_numbers_are_letters() => ExportedZone.Read("""
        { "ResourceRecordSets": [{ "Name": "a\\100b.example.com.", "Type": "SOA", "TTL": 1, "ResourceRecords": [{ "Value": "x" }] }] }
        """, "zone.json").Zone.ShouldBe("a@b.example.com");

    private ExportedZone[] Of(string instance, string text)
    {
        var file = Path.Combine(folder, "zone.txt");
        File.WriteAllText(file, text);
        return [.. ExportedZone.Of(Instances().Single(one => one.Name.Text == instance), [$"{instance}={file}"])];
    }

    private static DnsInstance[] Instances() =>
        [.. Given.Defined("""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                externalDns:
                  instances:
                    - { name: cloud, provider: aws, domainFilters: [example.com] }
                    - { name: elsewhere, provider: cloudflare, domainFilters: [example.org] }
                    - { name: own, provider: rfc2136, domainFilters: [example.net], rfc2136: { host: 192.0.2.53, keyName: external-dns } }
            """).Clusters[0].Of<ExternalDnsSettings>()!.Instances];
}
