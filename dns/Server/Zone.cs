using System.Globalization;

namespace PlatformGitOps.Dns.Server;

/// <summary>The records of one zone. Its SOA goes with every negative answer (RFC 2308 section 2).</summary>
public sealed record Zone
{
    public required DnsName Origin { get; init; }

    public required StartOfAuthority Authority { get; init; }

    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);

    public ImmutableArray<ResourceRecord> Records { get; init; } = [];

    /// <param name="origin">The zone's name.</param>
    /// <param name="negativeTtl">How long a resolver may keep a negative answer.</param>
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

    /// <summary>The zone with one more record; <paramref name="owner"/> is relative to the origin, <c>@</c> is the origin itself.</summary>
    public Zone With(string owner, RecordType type, RecordData data) => this with
    {
        Records = Records.Add(new ResourceRecord { Name = Absolute(owner), Type = type, Ttl = Ttl, Data = data }),
    };

    public Zone With(string owner, IPAddress address) => With(owner, AddressData.TypeOf(address), new AddressData(address));

    internal ResourceRecord AuthorityRecord(TimeSpan ttl) => new() { Name = Origin, Type = RecordType.SOA, Ttl = ttl, Data = Authority };

    private DnsName Absolute(string owner) => owner == "@" ? Origin : new DnsName([.. DnsName.Parse(owner).Labels, .. Origin.Labels]);
}

/// <summary>One record as text, <c>owner TYPE data</c>, in the presentation form of RFC 1035 section 5 without TTL and class.</summary>
public static class RecordText
{
    /// <exception cref="FormatException">The text is not a record of a type that this server holds.</exception>
    public static Zone Add(Zone zone, string text)
    {
        var fields = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields is not [var owner, var typeName, var data] || !Enum.TryParse<RecordType>(typeName, ignoreCase: true, out var type))
        {
            throw new FormatException($"'{text}' is not 'owner TYPE data'.");
        }

        return zone.With(owner, type, type switch
        {
            RecordType.A or RecordType.AAAA => new AddressData(IPAddress.Parse(data)),
            RecordType.CNAME or RecordType.NS or RecordType.PTR => new NameData(DnsName.Parse(data)),
            RecordType.TXT => new TextData([data.Trim('"')]),
            RecordType.MX when data.Split(' ') is [var preference, var exchange] =>
                new MailData(Number(preference), DnsName.Parse(exchange)),
            RecordType.SRV when data.Split(' ') is [var priority, var weight, var port, var target] =>
                new ServiceData(Number(priority), Number(weight), Number(port), DnsName.Parse(target)),
            _ => throw new FormatException($"'{text}' is not a record this server holds."),
        });
    }

    private static ushort Number(string text) => ushort.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
