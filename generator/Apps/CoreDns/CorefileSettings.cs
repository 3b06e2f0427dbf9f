using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The defaults of a cluster's DNS; any key that is written wins over them.</summary>
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

    /// <summary>Seconds: that of <see cref="DnsSettings.Hosts"/>, since the plugin's own is an hour.</summary>
    public const int HostsTtl = 30;

    public static DnsProfile Story => Words.Parse("story");

    public int Replicas { get; private init; } = 2;

    public int MinAvailable { get; private init; } = 1;

    public ResourceSettings Resources { get; private init; } = ResourceSettings.OfCoreDns;

    /// <summary>Seconds; only where no health controller runs, which needs <see cref="DnsSettings.ShortTtl"/>.</summary>
    public int Ttl { get; private init; } = DnsSettings.ShortTtl;

    public ImmutableArray<Upstream> UpstreamsFour { get; private init; } = [Parse("1.1.1.1"), Parse("1.0.0.1")];

    public ImmutableArray<Upstream> UpstreamsSix { get; private init; } = [Parse("2606:4700:4700::1111"), Parse("2606:4700:4700::1001")];

    private static Upstream Parse(string address) => new(IPAddress.Parse(address));
}

/// <summary>How the forward plugin chooses among its servers.</summary>
public enum ForwardPolicy
{
    Random,
    RoundRobin,
    Sequential,
}

/// <summary>Servers that names are forwarded to, and how.</summary>
/// <param name="Servers">In order; all of them over TLS, or none.</param>
/// <param name="ServerName">The name in the certificate of servers over TLS: the plugin takes one for all of them.</param>
/// <param name="Policy">How a server is chosen.</param>
public sealed record Forwarding(ImmutableArray<Upstream> Servers, DomainName? ServerName, ForwardPolicy Policy)
{
    internal static readonly Words<ForwardPolicy> Policies = new(
        ("random", ForwardPolicy.Random), ("round_robin", ForwardPolicy.RoundRobin), ("sequential", ForwardPolicy.Sequential));

    /// <summary>Binds the keys <c>serverName</c> and <c>policy</c> beside a list of servers.</summary>
    internal static Forwarding Bind(Section section, ImmutableArray<Upstream> servers) => new(
        servers,
        section.Optional("serverName", Forms.Name with { Example = "cloudflare-dns.com" },
            "The name in the certificate of tls:// servers; the forward plugin takes one for all of a list."),
        section.Choice("policy", ForwardPolicy.Random, Policies, "How a server of the list is chosen."));
}

/// <summary>A zone whose names are forwarded to servers of its own.</summary>
public sealed record StubDomain(DomainName Zone, Forwarding Forwarding);

/// <summary>What the cache plugin keeps.</summary>
public sealed record CacheSettings
{
    /// <summary>Seconds that an answer is kept at most.</summary>
    public required int Success { get; init; }

    /// <summary>Seconds that a denial is kept at most: for so long a new name stays unknown.</summary>
    public required int Denial { get; init; }

    /// <summary>Entries of each of the two.</summary>
    public required int Capacity { get; init; }

    /// <summary>Queries within a minute that make an entry worth renewing before it ends; 0 for never.</summary>
    public required int Prefetch { get; init; }

    /// <summary>How long an expired answer is still given where its source does not answer; null for not at all.</summary>
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

/// <summary>A name of the definition with its addresses.</summary>
public sealed record HostEntry(DomainName Name, ImmutableArray<IPAddress> Addresses);

/// <summary>Queries for one name, or for all names below it, are answered with those for another.</summary>
/// <param name="From">The name, or the end of the names.</param>
/// <param name="To">What takes its place.</param>
/// <param name="Below">True for the names below <paramref name="From"/>, false for this name alone.</param>
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

/// <summary>A further server block of the Corefile.</summary>
public sealed record ServerBlock
{
    /// <summary>A zone beside the main server's, which is the root. CoreDNS takes ranges too, and the tree has names alone.</summary>
    internal static readonly TextShape<DomainName> ZoneForm = Forms.Name with { Example = "lab.example.com", Parser = ReadZone };

    public required ImmutableArray<DomainName> Zones { get; init; }

    public required int Port { get; init; }

    /// <summary>Whether the port, if it is not 53, is opened on the Service and in the policies.</summary>
    public required bool Expose { get; init; }

    /// <summary>The lines of its plugins as the Corefile has them.</summary>
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
