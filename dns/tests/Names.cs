namespace PlatformGitOps.Dns.Tests;

public sealed class Names
{
    [TestCase("kube-dns.kube-system.svc.cluster.local", "kube-dns.kube-system.svc.cluster.local.")]
    [TestCase("example.com.", "example.com.")]
    [TestCase(".", ".")]
    [TestCase("", ".")]
    [TestCase(@"a\.b.example", @"a\.b.example.")]
    [TestCase(@"\097b.example", "ab.example.")]
    [TestCase(@"\000\255.example", @"\000\255.example.")]
    [TestCase("_dns-tcp._tcp.kube-dns", "_dns-tcp._tcp.kube-dns.")]
    public void A_name_is_shown_in_presentation_form(string text, string shown)
    {
        DnsName.Parse(text).ToString().ShouldBe(shown);
        DnsName.Parse(shown).ShouldBe(DnsName.Parse(text));
    }

    [Test]
    public void Names_are_equal_without_regard_to_ascii_case_and_keep_their_spelling()
    {
        var name = DnsName.Parse("Example.COM");

        name.ShouldBe(DnsName.Parse("eXAMPLE.com"));
        name.GetHashCode().ShouldBe(DnsName.Parse("example.com").GetHashCode());
        name.ToString().ShouldBe("Example.COM.");
        DnsName.Parse(@"\228.example").ShouldNotBe(DnsName.Parse(@"\196.example"), "only ASCII letters have case (RFC 4343)");
    }

    [TestCase("a.b.example.com", "example.com", true)]
    [TestCase("example.com", "EXAMPLE.com", true)]
    [TestCase("notexample.com", "example.com", false)]
    [TestCase("com", "example.com", false)]
    [TestCase("anything", ".", true)]
    public void A_name_knows_whether_it_is_at_or_below_another(string name, string ancestor, bool expected) =>
        DnsName.Parse(name).IsAtOrBelow(DnsName.Parse(ancestor)).ShouldBe(expected);

    [TestCase("a..b")]
    [TestCase(".a")]
    [TestCase(@"a\")]
    [TestCase(@"a\25")]
    [TestCase(@"a\256")]
    [TestCase("bücher€.example")]
    public void A_text_that_is_no_name_is_refused(string text) => Should.Throw<FormatException>(() => DnsName.Parse(text));

    [Test]
    public void Labels_and_names_that_are_too_long_are_refused()
    {
        Should.NotThrow(() => DnsName.Parse(new string('a', 63)));
        Should.Throw<FormatException>(() => DnsName.Parse(new string('a', 64)));
        Should.NotThrow(() => DnsName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('a', 61)));
        Should.Throw<FormatException>(() => DnsName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))));
    }
}

internal static class Samples
{
    private static readonly DnsName Name = DnsName.Parse("www.Example.com");

    /// <summary>A message with a record of every type this library knows, and one it does not.</summary>
    public static DnsMessage Everything { get; } = new()
    {
        Id = 4711,
        IsResponse = true,
        Questions = [new Question(Name, RecordType.ANY)],
        Answers =
        [
            Record(RecordType.A, new AddressData(IPAddress.Parse("192.0.2.1"))),
            Record(RecordType.AAAA, new AddressData(IPAddress.Parse("2001:db8::1"))),
            Record(RecordType.CNAME, new NameData(DnsName.Parse("other.example.com"))),
            Record(RecordType.PTR, new NameData(DnsName.Root)),
            Record(RecordType.MX, new MailData(10, DnsName.Parse("mail.example.com"))),
            Record(RecordType.SRV, new ServiceData(1, 2, 53, DnsName.Parse("dns.example.com"))),
            Record(RecordType.TXT, new TextData(["", "one \"two\"", new string('x', 255)])),
            Record((RecordType)257, new OpaqueData([0, 5, 1, 2, 3])),
        ],
        Authorities = [Record(RecordType.NS, new NameData(DnsName.Parse("ns.example.com"))), Record(RecordType.SOA, Soa)],
        Additionals = [Record(RecordType.A, new AddressData(IPAddress.Parse("192.0.2.2")))],
        Edns = new Edns { DnssecOk = true }.AskForNameServerIdentifier()
            .With(new ClientSubnet(IPAddress.Parse("198.51.100.0"), 24).ToOption()),
    };

    public static StartOfAuthority Soa => new()
    {
        PrimaryServer = DnsName.Parse("ns.example.com"),
        Mailbox = DnsName.Parse("hostmaster.example.com"),
        Serial = uint.MaxValue,
        Refresh = TimeSpan.FromSeconds(1),
        Retry = TimeSpan.FromSeconds(2),
        Expire = TimeSpan.FromSeconds(3),
        Minimum = TimeSpan.FromSeconds(4),
    };

    private static ResourceRecord Record(RecordType type, RecordData data) =>
        new() { Name = Name, Type = type, Ttl = TimeSpan.FromSeconds(30), Data = data };
}
