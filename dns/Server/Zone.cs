namespace PlatformGitOps.Dns.Server;

/// <summary>The records of one zone. Negative answers contain its SOA (RFC 2308 section 2).</summary>
public sealed record Zone
{
    public required DnsName Origin { get; init; }

    public required StartOfAuthority Authority { get; init; }

    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);

    public ImmutableArray<ResourceRecord> Records { get; init; } = [];

    /// <param name="origin">The zone's name.</param>
    /// <param name="negativeTtl">How long a resolver may cache a negative answer.</param>
    public static Zone Empty(string origin, TimeSpan negativeTtl)
    {
        var name = DnsName.Parse(origin);
        return new Zone
        {
            Origin = name,
            Authority = new StartOfAuthority
            {
                PrimaryServer = name.Prepend("ns"),
                Mailbox = name.Prepend("hostmaster"),
                Serial = 1,
                Refresh = TimeSpan.FromHours(2),
                Retry = TimeSpan.FromMinutes(30),
                Expire = TimeSpan.FromDays(14),
                Minimum = negativeTtl,
            },
        };
    }

    /// <summary>A copy with one more record; <paramref name="owner"/> is relative to the origin, and <c>@</c> is the origin.</summary>
    public Zone With(string owner, RecordType type, RecordData data) => this with
    {
        Records = Records.Add(new ResourceRecord { Name = Absolute(owner), Type = type, Ttl = Ttl, Data = data }),
    };

    public Zone With(string owner, IPAddress address) => With(owner, AddressData.TypeOf(address), new AddressData(address));

    internal ResourceRecord AuthorityRecord(TimeSpan ttl) => new() { Name = Origin, Type = RecordType.SOA, Ttl = ttl, Data = Authority };

    private DnsName Absolute(string owner) => owner == "@" ? Origin : new DnsName([.. DnsName.Parse(owner).Labels, .. Origin.Labels]);
}
