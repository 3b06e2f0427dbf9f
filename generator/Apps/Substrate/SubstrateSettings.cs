using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using PlatformGitOps.Generator.Apps.Substrate.Records;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>DNS servers on hosts, outside of any cluster: an entry of <c>substrates</c>. See docs/substrate.md.</summary>
public sealed partial record SubstrateSettings
{
    private static readonly Words<SubstrateServer> Servers = new(("knot", SubstrateServer.Knot), ("bind", SubstrateServer.Bind));

    // RFC 1918, RFC 6598 and RFC 4193.
    private static readonly ImmutableArray<Cidr> Private =
    [
        Cidr.Parse("10.0.0.0/8"), Cidr.Parse("172.16.0.0/12"), Cidr.Parse("192.168.0.0/16"), Cidr.Parse("100.64.0.0/10"),
        Cidr.Parse("fc00::/7"),
    ];

    private static readonly ImmutableArray<(string Name, int Port)> Usual =
        [("etcd", 2379), ("minio", 9000), ("gateway", 8443), ("dns", 10006), ("discovery", 10016), ("auth", 10012)];

    private static readonly TextShape<string> RecordsFileForm = Forms.Matching("hosts.zone", FileForm(), new Fault(
        SubstrateRules.RecordsFile, "is not a file beside the definition, outside of kubernetes/ and substrate/",
        "Write a path such as hosts.zone: letters, digits, '.', '_' and '-', with '/' between folders."));

    public required DnsLabel Name { get; init; }

    public required DomainName Zone { get; init; }

    public required SubstrateServer Server { get; init; }

    public required SubstrateHost Primary { get; init; }

    public required SubstrateHost Secondary { get; init; }

    public required ImmutableArray<SubstrateRecord> Records { get; init; }

    /// <summary>A master file with more records, relative to the definition; null for none.</summary>
    public string? RecordsFile { get; init; }

    /// <summary>The records of that file; empty until it is read.</summary>
    public MasterFile FileRecords { get; init; } = MasterFile.Empty;

    /// <summary>Stable names for targets that move.</summary>
    public ImmutableArray<SubstrateAlias> Aliases { get; init; } = [];

    public required ImmutableArray<SubstrateChild> Children { get; init; }

    /// <summary>The ranges with reverse zones.</summary>
    public required ImmutableArray<Cidr> Reverse { get; init; }

    /// <summary>The networks that may query.</summary>
    public required ImmutableArray<Cidr> AllowedNetworks { get; init; }

    /// <summary>Answers per second for one client network; 0 for no limit.</summary>
    public required int RateLimit { get; init; }

    /// <summary>True if the zone is signed with keys that the server creates and rolls.</summary>
    public required bool Dnssec { get; init; }

    /// <summary>Megabytes of logged queries on each host; 0 for none.</summary>
    public int QueryLog { get; init; }

    /// <summary>True if the hosts show zones and records over HTTPS.</summary>
    public bool View { get; init; }

    /// <summary>The Kubernetes cluster on it; null for none.</summary>
    public KubernetesSettings? Kubernetes { get; init; }

    public ImmutableArray<SubstrateHost> Hosts => [Primary, Secondary];

    /// <summary>The hosts of DNS and of Kubernetes; a host with both is listed twice.</summary>
    public IEnumerable<SubstrateHost> AllHosts => Hosts.Concat(Kubernetes?.Hosts ?? []);

    /// <summary>The name of the TSIG key with which the secondary and verify.sh transfer the zones.</summary>
    public string TransferKey => $"transfer.{Zone}";

    internal static SubstrateSettings Bind(Section section)
    {
        var name = section.Required("name", Forms.Label with { Example = "main" },
            "The substrate's name: its directory below substrate/, and what a cluster names.");
        var zone = section.Text("zone", Forms.Name, "globular.internal", "The zone that it serves.");
        var server = section.Choice("server", SubstrateServer.Knot, Servers, "The program that serves the zone.");
        var primary = section.Mapping("primary", "The host whose server takes updates.", host => SubstrateHost.Bind(host, "dns-1"),
            required: true);
        var secondary = section.Mapping("secondary", "The host that serves the same while the primary is down.",
            host => SubstrateHost.Bind(host, "dns-2"), required: true);
        var records = section.MappingList("records", "What the zone names; without it and recordsFile, the services of a Globular host " +
            "at the primary: etcd, minio, gateway, dns, discovery and auth.", (1, 100_000, SubstrateRules.Count),
            record => SubstrateRecord.Bind(record));
        var recordsFile = section.Optional("recordsFile", RecordsFileForm, "A master file (RFC 1035) with more records, beside the " +
            $"definition: for names that a program lists, and for many ({Docs.Page("substrate.md")}).");
        var aliases = section.MappingList("aliases", "Names for what may move between hosts and a cluster: each is a CNAME of a name " +
            "of the zone, or of a child's.", (1, 10_000, SubstrateRules.Count), SubstrateAlias.Bind);
        var children = section.MappingList("children", "Zones below it that programs may change, each with its own key; apps for " +
            "External-DNS where the list is missing.", (1, 100, SubstrateRules.Count), SubstrateChild.Bind);
        var kubernetes = section.OptionalMapping("kubernetes", "A cluster that runs on it: etcd, control plane and workers on hosts.",
            KubernetesSettings.Bind);
        return new SubstrateSettings
        {
            Name = name,
            Zone = zone,
            Server = server,
            Primary = primary,
            Secondary = secondary,
            Records = [.. (records.IsEmpty && recordsFile is null
                    ? Usual.Select(usual => SubstrateRecord.Usual(usual.Name, usual.Port)) : records)
                .Select(record => !record.Addresses.IsEmpty ? record
                    : record with { Addresses = record.Name.Text == "etcd" && kubernetes is not null
                        ? [.. kubernetes.Etcd.SelectMany(member => member.Addresses)] : primary.Addresses })],
            RecordsFile = recordsFile,
            Kubernetes = kubernetes,
            Aliases = aliases,
            Children = children.IsEmpty ? [SubstrateChild.Usual] : children,
            Reverse = section.List("reverse", Forms.Range with { Example = "192.168.10.0/24" }, (1, 1000, SubstrateRules.Count),
                "The ranges whose reverse zones it serves, on the boundary of a label: /8, /16, /24 or /32 for IPv4, a multiple of 4 " +
                    "for IPv6.", absent: "each address of the two hosts")
                ?? [.. primary.Addresses.Concat(secondary.Addresses).Distinct().Select(Whole)],
            AllowedNetworks = section.List("allowedNetworks", Forms.Range with { Example = "10.0.0.0/8" }, (1, 100, SubstrateRules.Count),
                "Who may query. The two hosts always may.", absent: "the private ranges of RFC 1918, RFC 6598 and RFC 4193")
                ?? Private,
            RateLimit = section.Number("rateLimit", 1000, 0, 1_000_000,
                "Answers a second for one client network (/24, /56); above it clients are asked to come by TCP. 0 for no limit."),
            QueryLog = section.Number("queryLog", 0, 0, 1_000_000,
                "How many megabytes of queries each host keeps (who asked for what, and when); then the oldest go. 0 for no query log."),
            View = section.Switch("view", false, "Whether each host shows its zones and records at https://HOST:10006/api/dns/zones, to " +
                "who has the host's token; nothing can be changed there."),
            Dnssec = section.Switch("dnssec", false, "Whether the zone is signed, with keys that the server makes and rolls itself."),
        };
    }

    [GeneratedRegex("^(?!kubernetes/|substrate/)[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\\z")]
    private static partial Regex FileForm();

    private static Cidr Whole(IPAddress address) => Cidr.Parse($"{address}/{address.GetAddressBytes().Length * 8}");
}

/// <summary>The DNS server program of a substrate.</summary>
public enum SubstrateServer
{
    Knot,
    Bind,
}

/// <summary>A host of a substrate.</summary>
/// <param name="Name">Its label in the zone.</param>
/// <param name="Addresses">The addresses of its server, for the other host and the clusters.</param>
public sealed record SubstrateHost(DnsLabel Name, ImmutableArray<IPAddress> Addresses)
{
    internal static SubstrateHost Bind(Section section, string name) => new(
        section.Text("name", Forms.Label with { Example = name }, name, "The host's label in the zone."),
        section.List("addresses", Forms.Address with { Example = "192.168.10.11" }, (1, 8, SubstrateRules.HostAddress),
            "Where it listens, and where the other host and the clusters reach it.", absent: "required") ?? []);

    /// <summary>A host in a list.</summary>
    internal static SubstrateHost BindNamed(Section section) => new(
        section.Required("name", Forms.Label with { Example = "cp-1" }, "The host's label in the zone."),
        section.List("addresses", Forms.Address with { Example = "192.168.10.21" }, (1, 8, SubstrateRules.HostAddress),
            "Where others reach it; at the first one it listens.", required: true) ?? []);
}

/// <summary>A name of the zone.</summary>
public sealed record SubstrateRecord
{
    private static readonly Words<string> Protocols = new(("tcp", "tcp"), ("udp", "udp"));

    /// <summary>Relative to the zone.</summary>
    public required DomainName Name { get; init; }

    public required ImmutableArray<IPAddress> Addresses { get; init; }

    /// <summary>The port of its SRV record; null for none.</summary>
    public int? Port { get; init; }

    public string Protocol { get; init; } = "tcp";

    /// <summary>The service label of its SRV record, without the underscore.</summary>
    public required DnsLabel Service { get; init; }

    public static SubstrateRecord Usual(string name, int port) =>
        new() { Name = DomainName.Parse(name), Addresses = [], Port = port, Service = DnsLabel.Parse(name) };

    internal static SubstrateRecord Bind(Section section)
    {
        var name = section.Required("name", Forms.Name with { Example = "etcd" }, "The name below the zone.");
        var port = section.Number("port", 0, 0, 65535, "The port in its SRV record; 0 for no such record.");
        return new SubstrateRecord
        {
            Name = name,
            Addresses = section.List("addresses", Forms.Address with { Example = "192.168.10.21" }, (1, 100, SubstrateRules.Count),
                "Its addresses.", absent: "those of the primary") ?? [],
            Port = port == 0 ? null : port,
            Protocol = section.Choice("protocol", "tcp", Protocols, "The protocol in its SRV record."),
            Service = section.Optional("service", Forms.Label with { Example = "etcd-client-ssl" }, "The service in its SRV record.",
                absent: "the name's first label") ?? DnsLabel.Parse(name.Text.Split('.')[0]),
        };
    }
}

/// <summary>A stable name for a target that moves; both are relative to the zone.</summary>
public sealed record SubstrateAlias(DomainName Name, DomainName Target)
{
    internal static SubstrateAlias Bind(Section section) => new(
        section.Required("name", Forms.Name with { Example = "shop" }, "The name that clients use, below the zone."),
        section.Required("target", Forms.Name with { Example = "shop.apps" },
            "What it names now, below the zone: a record, a host, or a name that a program writes into a child."));
}

/// <summary>A child zone that a program may change with its key.</summary>
public sealed record SubstrateChild(DomainName Name, DomainName Key, string Algorithm)
{
    private static readonly Words<string> Algorithms = new(
        ("hmac-sha256", "hmac-sha256"), ("hmac-sha384", "hmac-sha384"), ("hmac-sha512", "hmac-sha512"));

    public static readonly SubstrateChild Usual = new(DomainName.Parse("apps"), DomainName.Parse("external-dns"), "hmac-sha256");

    internal static SubstrateChild Bind(Section section) => new(
        section.Required("name", Forms.Name with { Example = "apps" }, "The child's name below the zone."),
        section.Text("key", Forms.Name with { Example = "external-dns" }, "external-dns",
            "The name of its TSIG key; the key itself is made when the primary is installed."),
        section.Choice("algorithm", "hmac-sha256", Algorithms, "The key's algorithm."));
}
