using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>The geographic routing of a cluster (docs/geo-routing.md).</summary>
public sealed record GeoDnsSettings
{
    public const string DefaultCoreDnsImage = "docker.io/coredns/coredns:1.11.4";

    private static readonly GeoDnsSettings Standard = new();

    private static readonly Words<GeoRoutingPolicy> Policies = new(("latency", GeoRoutingPolicy.Latency),
        ("failover", GeoRoutingPolicy.Failover), ("weighted", GeoRoutingPolicy.Weighted), ("priority", GeoRoutingPolicy.Priority));

    private static readonly Words<string> ServiceTypes =
        new(("LoadBalancer", "LoadBalancer"), ("NodePort", "NodePort"), ("ClusterIP", "ClusterIP"));

    /// <summary>Null if it is missing, which is a finding.</summary>
    public DomainName? Zone { get; init; }

    /// <summary>The health controller's image, which contains the zones' writer; null for the image of the cluster's controller.</summary>
    public string? Image { get; init; }

    public string CoreDnsImage { get; init; } = DefaultCoreDnsImage;

    public GeoRoutingPolicy Policy { get; init; } = GeoRoutingPolicy.Latency;

    /// <summary>The TTL of the answers in seconds.</summary>
    public int Ttl { get; init; } = 5;

    public ImmutableArray<GeoDnsRegion> Regions { get; init; } = [];

    /// <summary>Null if clients are only distinguished by networks.</summary>
    public GeoDatabase? Database { get; init; }

    public int Replicas { get; init; } = 2;

    /// <summary>The type of the Service for clients outside of the cluster.</summary>
    public string ServiceType { get; init; } = "LoadBalancer";

    /// <summary>The namespaces whose Services are read; empty for all.</summary>
    public ImmutableArray<DnsLabel> Namespaces { get; init; } = [];

    public ImmutableArray<Cidr> DeniedNetworks { get; init; } = [];

    public ResourceSettings Resources { get; init; } = ResourceSettings.OfCoreDns;

    /// <summary>The definition's word for the policy.</summary>
    public string PolicyWord => Policies.Of(Policy);

    /// <summary>The region of a cluster; null if no region has it, which is a finding.</summary>
    public GeoDnsRegion? RegionOf(DnsLabel cluster) => Regions.FirstOrDefault(region => region.Clusters.Contains(cluster));

    /// <summary>The regions in order of preference for clients of one region: itself, those that it names, then the others.</summary>
    public IEnumerable<DnsLabel> Order(GeoDnsRegion region) =>
        ((DnsLabel[])[region.Name, .. region.Nearest, .. Regions.Select(other => other.Name)]).Distinct();

    /// <summary>Null if it is off.</summary>
    internal static GeoDnsSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false, "Whether the cluster has a DNS server for clients outside of it.");
        var settings = new GeoDnsSettings
        {
            Zone = section.Optional("zone", Forms.Name with { Example = "geo.example.com" },
                "The zone of the names; its parent delegates it to the servers of the regions.", absent: "required with enabled"),
            Image = section.Optional("image", Forms.Image, "The health controller's image, which writes the zones.",
                absent: "that of healthController"),
            CoreDnsImage = section.Text("coreDnsImage", Forms.Image with { Example = DefaultCoreDnsImage }, Standard.CoreDnsImage,
                "The image of the CoreDNS that answers."),
            Policy = section.Choice("policy", Standard.Policy, Policies,
                "Which regions answer: the nearest one, the first that is up, all by weight, or the lowest priority of the Services."),
            Ttl = section.Number("ttl", Standard.Ttl, 1, 3600, "How many seconds resolvers keep an answer."),
            Regions = section.MappingList("regions",
                "The places that clients are near to, in the order of failover. Write them in defaults.",
                (0, 50, GeoDnsRules.Count), GeoDnsRegion.Bind),
            Database = section.Mapping("database", "The database that knows the countries of addresses; not for networks.",
                GeoDatabase.Bind),
            Replicas = section.Number("replicas", Standard.Replicas, 2, 9, "How many servers run, each on its own node."),
            ServiceType = section.Choice("service", Standard.ServiceType, ServiceTypes, "The type of the Service that clients ask."),
            Namespaces = section.List("namespaces", Forms.Label with { Example = "shop" }, (0, 200, GeoDnsRules.Count),
                "The only namespaces whose Services may have names in the zone; they must exist.", absent: "all") ?? [],
            DeniedNetworks = section.List("deniedNetworks", Forms.Range with { Example = "192.168.20.0/24" }, (0, 50, GeoDnsRules.Count),
                "Networks whose addresses no Service may publish, beside the cluster's own pods and services.") ?? [],
            Resources = section.Mapping("resources", "Requests and limits of a server.",
                resources => ResourceSettings.Bind(resources, Standard.Resources)),
        };
        return enabled ? settings : null;
    }
}

/// <summary>Which healthy addresses of a name a client gets.</summary>
public enum GeoRoutingPolicy
{
    Latency,
    Failover,
    Weighted,
    Priority,
}

/// <summary>A location: the clusters in it, and the clients near it.</summary>
public sealed partial record GeoDnsRegion
{
    private static readonly TextShape<string> Continent = Forms.Matching("EU", ContinentForm(), new Fault(GeoDnsRules.Code,
        "is not the code of a continent", "Write AF, AN, AS, EU, NA, OC or SA."));

    /// <summary>ISO 3166-1 alpha-2 as used by MaxMind's databases, and their code for Kosovo.</summary>
    private static readonly ImmutableHashSet<string> Codes = [.. """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
        CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
        GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
        KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
        NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
        SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
        VN VU WF WS YE YT ZA ZM ZW XK
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private static readonly Fault NoCountry = new(
        GeoDnsRules.Code, "is not the code of a country", "Write the two capital letters of ISO 3166-1, for example DE.");

    private static readonly TextShape<string> TwoLetters = Forms.Matching("DE", CountryForm(), NoCountry);

    private static readonly TextShape<string> Country = TwoLetters with { Parser = ReadCountry };

    public required DnsLabel Name { get; init; }

    public required ImmutableArray<DnsLabel> Clusters { get; init; }

    public ImmutableArray<Cidr> Networks { get; init; } = [];

    public ImmutableArray<string> Continents { get; init; } = [];

    public ImmutableArray<string> Countries { get; init; } = [];

    public ImmutableArray<DnsLabel> Nearest { get; init; } = [];

    public ImmutableArray<IPAddress> Servers { get; init; } = [];

    public int Weight { get; init; } = 1;

    internal static GeoDnsRegion Bind(Section section) => new()
    {
        Name = section.Required("name", Forms.Label with { Example = "eu" }, "Its name, which Services say in dns.aikernel.io/geo-region."),
        Clusters = section.List("clusters", Forms.Label, (1, 100, GeoDnsRules.Count),
            "The clusters in it; a Service of theirs that names no region is in this one.", absent: "required") ?? [],
        Networks = section.List("networks", Forms.Range with { Example = "10.32.0.0/12" }, (0, 500, GeoDnsRules.Count),
            "Networks of clients, or of their resolvers, that are near to it.") ?? [],
        Continents = section.List("continents", Continent, (0, 7, GeoDnsRules.Count), "Continents that are near to it.") ?? [],
        Countries = section.List("countries", Country, (0, 250, GeoDnsRules.Count),
            "Countries that are near to it; they come before continents.") ?? [],
        Nearest = section.List("nearest", Forms.Label with { Example = "us" }, (0, 50, GeoDnsRules.Count),
            "Where its clients go while it is down, the nearest first.", absent: "the other regions in their order") ?? [],
        Servers = section.List("servers", Forms.Address with { Example = "203.0.113.53" }, (0, 8, GeoDnsRules.Count),
            "The outside addresses of its geographic DNS, for the zone's NS records.") ?? [],
        Weight = section.Number("weight", 1, 0, 255, "The weight of its Services that name none; 0 for no traffic while others are up."),
    };

    [GeneratedRegex(@"^(AF|AN|AS|EU|NA|OC|SA)\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContinentForm();

    [GeneratedRegex(@"^[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CountryForm();

    private static string ReadCountry(string text, out Fault? fault)
    {
        TwoLetters.Parser(text, out fault);
        fault ??= Codes.Contains(text) ? null : text switch
        {
            "UK" => NoCountry with { Fix = "Write GB, the code of the United Kingdom." },
            "EL" => NoCountry with { Fix = "Write GR, the code of Greece." },
            "EU" => NoCountry with { Fix = "Write 'continents: [EU]', or the codes of its countries, for example DE." },
            _ => NoCountry,
        };
        return text;
    }
}

/// <summary>An image with a city database in MaxMind's format, and cp.</summary>
public sealed record GeoDatabase(string Image, string Path)
{
    private static readonly TextShape<string> FilePath = Forms.Matching("/GeoLite2-City.mmdb",
        new Regex(@"^/[A-Za-z0-9._/-]{1,200}\z", RegexOptions.CultureInvariant),
        new Fault(GeoDnsRules.Database, "is not the path of a file", "Write a path that starts with a slash."));

    internal static GeoDatabase? Bind(Section section)
    {
        var image = section.Optional("image", Forms.Image with { Example = "registry.example.com/geoip:2026.11" },
            "An image of yours with the database, in MaxMind's format with cities, and with cp.");
        var path = section.Text("path", FilePath, "/GeoLite2-City.mmdb", "Where the database is in it.");
        return image is null ? null : new GeoDatabase(image, path);
    }
}
