using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The defaults of a cluster's DNS; keys in the definition override them.</summary>
internal sealed record DnsProfile
{
    /// <summary>The profiles; the first is the default.</summary>
    public static readonly Words<DnsProfile> Words = new(
        ("story", new DnsProfile()),
        ("platform", new DnsProfile
        {
            Replicas = 3,
            MinAvailable = 2,
            Resources = ResourceSettings.OfCoreDns with { CpuLimit = Quantity.Parse("500m"), MemoryLimit = Quantity.Parse("512Mi") },
            Ttl = 30,
            UpstreamsFour = [Parse("8.8.8.8"), Parse("8.8.4.4"), Parse("1.1.1.1")],
            UpstreamsSix = [Parse("2001:4860:4860::8888"), Parse("2001:4860:4860::8844"), Parse("2606:4700:4700::1111")],
        }));

    /// <summary>The TTL of <see cref="DnsSettings.Hosts"/> in seconds; the plugin's own default is an hour.</summary>
    public const int HostsTtl = 30;

    public static DnsProfile Story => Words.Parse("story");

    public int Replicas { get; private init; } = 2;

    public int MinAvailable { get; private init; } = 1;

    public ResourceSettings Resources { get; private init; } = ResourceSettings.OfCoreDns;

    /// <summary>Seconds; only without the health controller, which needs <see cref="DnsSettings.ShortTtl"/>.</summary>
    public int Ttl { get; private init; } = DnsSettings.ShortTtl;

    public ImmutableArray<Upstream> UpstreamsFour { get; private init; } = [Parse("1.1.1.1"), Parse("1.0.0.1")];

    public ImmutableArray<Upstream> UpstreamsSix { get; private init; } = [Parse("2606:4700:4700::1111"), Parse("2606:4700:4700::1001")];

    private static Upstream Parse(string address) => new(IPAddress.Parse(address));
}

/// <summary>How the forward plugin selects one of its servers.</summary>
public enum ForwardPolicy
{
    Random,
    RoundRobin,
    Sequential,
}

/// <summary>The servers of a forward plugin and its options.</summary>
/// <param name="Servers">In order; either all use TLS or none.</param>
/// <param name="ServerName">The name in the certificates of TLS servers; the plugin has one for all of them.</param>
/// <param name="Policy">How a server is selected.</param>
public sealed record Forwarding(ImmutableArray<Upstream> Servers, DomainName? ServerName, ForwardPolicy Policy)
{
    internal static readonly Words<ForwardPolicy> Policies = new(
        ("random", ForwardPolicy.Random), ("round_robin", ForwardPolicy.RoundRobin), ("sequential", ForwardPolicy.Sequential));

    /// <summary>Binds the keys <c>serverName</c> and <c>policy</c> of a list of servers.</summary>
    internal static Forwarding Bind(Section section, ImmutableArray<Upstream> servers) => new(
        servers,
        section.Optional("serverName", Forms.Name with { Example = "cloudflare-dns.com" },
            "The name in the certificate of tls:// servers; the forward plugin takes one for all of a list."),
        section.Choice("policy", ForwardPolicy.Random, Policies, "How a server of the list is chosen."));
}

/// <summary>A zone whose names are forwarded to its own servers.</summary>
public sealed record StubDomain(DomainName Zone, Forwarding Forwarding);

/// <summary>The settings of the cache plugin.</summary>
public sealed record CacheSettings
{
    /// <summary>The maximum TTL of cached answers in seconds.</summary>
    public required int Success { get; init; }

    /// <summary>The maximum TTL of cached negative answers in seconds: a new name can stay unknown for so long.</summary>
    public required int Denial { get; init; }

    /// <summary>The capacity of each of the two caches, in entries.</summary>
    public required int Capacity { get; init; }

    /// <summary>The number of queries in a minute from which an entry is renewed before it expires; 0 for never.</summary>
    public required int Prefetch { get; init; }

    /// <summary>How long an expired answer is served while its source does not respond; null for never.</summary>
    public Duration? ServeStale { get; init; }

    public required ImmutableArray<DomainName> ZonesWithoutCache { get; init; }

    internal static CacheSettings Bind(Section section) => new()
    {
        Success = section.Number("success", 30, 5, 86_400, "Seconds that an answer is kept at most."),
        Denial = section.Number("denial", 30, 5, 86_400, "Seconds that a denial is kept at most: for so long a new name stays unknown."),
        Capacity = section.Number("capacity", 9984, 1024, 10_000_000, "How many answers, and how many denials, are kept."),
        Prefetch = section.Number("prefetch", 10, 0, 100_000,
            "Queries within a minute that make an answer worth renewing before it ends; 0 for never."),
        ServeStale = section.Text("serveStale", Forms.IntervalOrNone, "1h",
            "How long an expired answer is still given where its source does not answer, or none."),
        ZonesWithoutCache = section.List("zonesWithoutCache", Forms.Name with { Example = "live.example.com" },
            (0, 50, DefinitionRules.ItemCount), "Zones whose answers are never kept.") ?? [],
    };
}

/// <summary>A name and its addresses from the definition.</summary>
public sealed record HostEntry(DomainName Name, ImmutableArray<IPAddress> Addresses);

/// <summary>Rewrites queries for a name, or for all names below it.</summary>
/// <param name="From">The name, or the suffix of the names.</param>
/// <param name="To">The replacement.</param>
/// <param name="Below">True for the names below <paramref name="From"/>, false for this name only.</param>
public sealed record NameRewrite(DomainName From, DomainName To, bool Below)
{
    private static readonly Words<bool> Matches = new(("exact", false), ("suffix", true));

    internal static NameRewrite Bind(Section section) => new(
        section.Required("from", Forms.Name with { Example = "old.example.com" }, "The name that is queried."),
        section.Required("to", Forms.Name with { Example = "new.example.com" }, "The name that is answered in its place."),
        section.Choice("match", false, Matches, "Whether 'from' is one name, or the end of all names below it."));
}

/// <summary>A zone that CoreDNS serves from a zone file.</summary>
public sealed record ZoneFile(DomainName Zone, string Text);

/// <summary>An additional server block of the Corefile.</summary>
public sealed record ServerBlock
{
    /// <summary>
    /// A zone of an additional server; the main server has the root zone. CoreDNS also accepts ranges, but the tree only has names.
    /// </summary>
    internal static readonly TextShape<DomainName> ZoneForm = Forms.Name with { Example = "lab.example.com", Parser = ReadZone };

    public required ImmutableArray<DomainName> Zones { get; init; }

    public required int Port { get; init; }

    /// <summary>True to open the port, if it is not 53, on the Service and in the policies.</summary>
    public required bool Expose { get; init; }

    /// <summary>The plugins, as lines of a Corefile.</summary>
    public required string Plugins { get; init; }

    internal static ServerBlock Bind(Section section) => new()
    {
        Zones = section.List("zones", ZoneForm, (1, 50, DefinitionRules.ItemCount),
            "The zones that it answers for.", required: true) ?? [],
        Port = section.Number("port", CoreDnsNames.DnsPort, 1, 65_535, "The port that it listens on."),
        Expose = section.Switch("expose", false, "Whether a port other than 53 is opened on the Service and in the policies."),
        Plugins = section.Required("plugins", Forms.Corefile, "Its plugins, as lines of a Corefile."),
    };

    private static DomainName ReadZone(string text, out Fault? fault)
    {
        var zone = Forms.Name.Parser(text, out fault);
        if (text == ".")
        {
            fault = new Fault(DefinitionRules.DomainName, "is the root, which is the zone of the main server",
                "Write servers for all other names into dns.upstreams, and here a zone such as lab.example.com.");
        }
        else if (Cidr.Meant(text) is { } range)
        {
            fault = new Fault(DefinitionRules.DomainName, "is an address range, and zones are names", ReverseName.IsZone(range)
                ? $"Write its reverse zone: {ReverseName.OfRange(range)}." : "Write its reverse zones, such as 10.168.192.in-addr.arpa.");
        }

        return zone;
    }
}
