namespace PlatformGitOps.Dns.Tests;

internal static class Samples
{
    private static readonly DnsName Name = DnsName.Parse("www.Example.com");

    /// <summary>A message with a record of every type that this library parses, and one that it does not.</summary>
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
