using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Tests.Backup;

public class OwnedZoneTests
{
    private const string Ours = "\"heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/default/one\"";
    private const string Theirs = "\"heritage=external-dns,external-dns/owner=apps,external-dns/resource=service/default/one\"";

    [TestCase(null, "a-one.example.com.")]
    [TestCase("edns-", "edns-a-one.example.com.")]
    [TestCase("edns-%{record_type}.", "edns-a.one.example.com.")]
    [TestCase(null, "one.example.com.", Description = "the format before 0.12")]
    public void The_owner_of_a_record_is_in_the_TXT_record_of_its_prefix(string? prefix, string at)
    {
        var zone = new OwnedZone(ZoneRecord.Read($"""
            example.com.      300 IN SOA ns admin 1 2 3 4 5
            One.example.com.   60 IN A 192.0.2.1
            one.example.com.   60 IN AAAA 2001:db8::1
            {at} 0 IN TXT {Ours}
            """), prefix);

        zone.OwnersOf("one.example.com.", "A").ShouldBe(["infra"]);
        zone.Of("infra").Select(record => record.Name).ShouldContain(at);
        zone.Of("apps").ShouldBeEmpty();
    }

    [Test]
    public void A_record_without_an_owner_and_one_of_another_owner_are_not_ours()
    {
        var zone = new OwnedZone(ZoneRecord.Read($"""
            free.example.com. 60 IN A 192.0.2.1
            two.example.com. 60 IN A 192.0.2.2
            a-two.example.com. 0 IN TXT {Theirs}
            v6.example.com. 60 IN AAAA 2001:db8::1
            a-v6.example.com. 0 IN TXT {Ours}
            text.example.com. 60 IN TXT "heritage=other,external-dns/owner=infra"
            """), txtPrefix: null);

        zone.Of("infra").ShouldBeEmpty("the TXT record of v6 owns an A record, which does not exist");
        zone.OwnersOf("free.example.com.", "A").ShouldBeEmpty();
        zone.Records.Select(record => record.Name).ShouldContain("text.example.com.");
    }

    [Test]
    public void While_an_owner_changes_both_own() => new OwnedZone(ZoneRecord.Read($"""
        one.example.com. 60 IN A 192.0.2.1
        a-one.example.com. 0 IN TXT {Ours}
        a-one.example.com. 0 IN TXT {Theirs}
        """), txtPrefix: null).OwnersOf("one.example.com.", "A").ShouldBe(["infra", "apps"]);

    [Test]
    public void The_text_of_a_zone_reads_back_as_it_was_written()
    {
        const string Text = """
            \*.a\032b.example.com. 60 IN TXT "a  b" "c; \"d\""
            x.example.com. 3600 IN SRV 1 2 443 y.example.com.
            """;
        string.Join('\n', ZoneRecord.Read(Text).Select(record => record.ToString())).ShouldBe(Text);
        ZoneRecord.Read("; a comment 1 IN A 192.0.2.1\n\n$TTL 60\nx 1 IN\n").ShouldBeEmpty();
    }
}
