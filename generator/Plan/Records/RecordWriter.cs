using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>An External-DNS in a cluster, from its arguments, with their meaning in version 0.22.</summary>
internal sealed record RecordWriter
{
    private static readonly string[] PlaceArguments =
    [
        "--rfc2136-host", "--rfc2136-port", "--aws-assume-role", "--google-project", "--azure-resource-group", "--azure-subscription-id",
    ];

    /// <summary>The record types that External-DNS manages by default.</summary>
    public static readonly ImmutableArray<string> OwnTypes = ["A", "AAAA", "CNAME"];

    /// <summary>Without them, all zones of the place.</summary>
    private static readonly string[] KindArguments = ["--aws-zone-type", "--google-zone-visibility"];

    /// <summary>Arguments that are compared by themselves, and arguments that change neither the sources nor the records.</summary>
    private static readonly string[] KnownArguments =
    [
        .. PlaceArguments, .. KindArguments, "--provider", "--source", "--domain-filter", "--exclude-domains", "--zone-id-filter",
        "--policy", "--registry", "--txt-owner-id", "--txt-prefix", "--migrate-from-txt-owner", "--annotation-prefix", "--rfc2136-zone",
        "--rfc2136-axfr", "--dry-run", "--interval", "--events", "--min-event-sync-interval", "--min-ttl", "--log-format", "--log-level",
        "--metrics-address", "--request-timeout", "--cloudflare-proxied", "--azure-config-file", "--rfc2136-tsig-keyname",
        "--rfc2136-tsig-secret-alg", "--rfc2136-min-ttl",
    ];

    public required string Cluster { get; init; }

    /// <summary>The instance's name in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The place of its zones, in words.</summary>
    public required string Place { get; init; }

    /// <summary>The substrate of its zones, whichever of its hosts it asks; null where the place decides.</summary>
    public string? Substrate { get; init; }

    /// <summary>The address or the name of an rfc2136 server; null for other providers.</summary>
    public string? Server { get; init; }

    /// <summary>Name and algorithm of the key with which it signs, as <c>external-dns:hmac-sha256</c>; null for other providers.</summary>
    public string? Key { get; init; }

    /// <summary>Public or private zones; null for both.</summary>
    public string? ZoneKind { get; init; }

    public required ImmutableArray<string> Domains { get; init; }

    public required ImmutableArray<string> Excluded { get; init; }

    /// <summary>Ids of a provider's zones; empty for all.</summary>
    public required ImmutableArray<string> ZoneIds { get; init; }

    /// <summary>The zones of an rfc2136 server; empty for other providers.</summary>
    public required ImmutableArray<string> Zones { get; init; }

    public required string Policy { get; init; }

    public required bool DryRun { get; init; }

    /// <summary>False for rfc2136 without transfers: it sees no record.</summary>
    public required bool Reads { get; init; }

    public required string Owner { get; init; }

    /// <summary>The owner whose records it takes over.</summary>
    public string? FormerOwner { get; init; }

    public required string TxtPrefix { get; init; }

    public required string AnnotationPrefix { get; init; }

    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>The types of its records; it ignores others.</summary>
    public required ImmutableArray<string> Types { get; init; }

    /// <summary>Arguments, and variables for arguments, whose effect on names is not known.</summary>
    public required ImmutableArray<string> Others { get; init; }

    /// <summary>True if its Deployment has no pod: it is then like a dry run.</summary>
    public required bool IsStopped { get; init; }

    /// <summary>True if it deletes its records when they have no object.</summary>
    public bool Deletes => Policy == "sync" && !DryRun && Reads;

    public bool IsRfc2136 => Place.StartsWith("rfc2136", StringComparison.Ordinal);

    /// <summary>The domains whose records it can read and write.</summary>
    public IEnumerable<DomainScope> Scopes => Parts().Distinct(StringComparer.Ordinal)
        .Select(domain => new DomainScope(domain, [.. Excluded.Where(excluded => DomainScope.IsBelow(excluded, domain))]))
        .Where(scope => !Excluded.Any(excluded => DomainScope.IsBelow(scope.Domain, excluded)));

    /// <summary>A canonical address: fd00:0::1 and FD00::1 are the same server.</summary>
    private static string Spelt(string text) => IpText.TryParse(text, out var address, out _) ? address.ToString() : text;

    /// <summary>All instances of a cluster.</summary>
    public static IEnumerable<RecordWriter> In(string cluster, Inventory inventory) =>
        inventory.Objects.Values.Select(managed => Of(cluster, managed.Manifest)).OfType<RecordWriter>()
            .OrderBy(writer => writer.Name, StringComparer.Ordinal);

    /// <summary>Null if a Deployment is not an External-DNS with the TXT registry.</summary>
    public static RecordWriter? Of(string cluster, Manifest deployment)
    {
        if (deployment is not { Kind: "Deployment", Group: "apps" })
        {
            return null;
        }

        var containers = deployment.Body.MappingsAt("spec", "template", "spec", "containers").ToArray();
        var arguments = containers.Select(container => new Arguments([.. container.ItemsAt("args").OfType<Scalar>()
            .Select(argument => argument.Value)])).FirstOrDefault(list => list.Last("--provider") is not null && list.Has("--source"));
        if (arguments is null || (arguments.Last("--registry") ?? "txt") != "txt")
        {
            return null;
        }

        var provider = arguments.Last("--provider")!;
        var image = provider == "webhook"
            && containers.Select(container => container.TextAt("image")).LastOrDefault() is { } full
                ? DeliveredVersions.Split(full).Name : null;
        var rfc2136 = provider == "rfc2136";
        var isStopped = deployment.Body.TextAt("spec", "replicas") == "0";
        return new RecordWriter
        {
            Cluster = cluster,
            Name = deployment.Name.StartsWith(ExternalDnsNames.Name + "-", StringComparison.Ordinal)
                ? deployment.Name[(ExternalDnsNames.Name.Length + 1)..] : deployment.Name,
            Place = string.Join(' ', [provider, .. PlaceArguments.Select(arguments.Last).OfType<string>().Select(Spelt),
                .. image is null ? Array.Empty<string>() : [image]]),
            Server = rfc2136 && arguments.Last("--rfc2136-host") is { } host ? Spelt(host) : null,
            Key = rfc2136
                ? $"{DomainScope.Normal(arguments.Last("--rfc2136-tsig-keyname") ?? "")}:{arguments.Last("--rfc2136-tsig-secret-alg")}"
                : null,
            ZoneKind = KindArguments.Select(arguments.Last).FirstOrDefault(kind => kind is not null),
            Domains = arguments.Names("--domain-filter"),
            Excluded = arguments.Names("--exclude-domains"),
            ZoneIds = arguments.All("--zone-id-filter"),
            Zones = rfc2136 ? arguments.Names("--rfc2136-zone") : [],
            Policy = arguments.Last("--policy") ?? "sync",
            DryRun = isStopped || arguments.Flag("--dry-run"),
            IsStopped = isStopped,
            Others =
            [
                .. arguments.Except(KnownArguments).Concat(containers.SelectMany(Variables)).Order(StringComparer.Ordinal),
            ],
            Reads = !rfc2136 || arguments.Flag("--rfc2136-axfr"),
            Owner = arguments.Last("--txt-owner-id") ?? "default",
            FormerOwner = arguments.Last("--migrate-from-txt-owner"),
            TxtPrefix = (arguments.Last("--txt-prefix") ?? "").ToLowerInvariant(),
            AnnotationPrefix = arguments.Last("--annotation-prefix") ?? ExternalDnsNames.NewAnnotationPrefix,
            Sources = arguments.All("--source"),
            Types = arguments.Has("--managed-record-types") ? arguments.All("--managed-record-types") : OwnTypes,
        };
    }

    /// <summary>True if it reads and writes the zones of another one.</summary>
    public bool IsAt(RecordWriter other) => Reads && (Place == other.Place || (Substrate is not null && Substrate == other.Substrate))
        && (ZoneKind is null || ZoneKind == other.ZoneKind);

    /// <summary>
    /// True if its zones and their ids include all of the other's. A zone above or below is another zone: a server answers for each
    /// separately.
    /// </summary>
    public bool HasZonesOf(RecordWriter other) => !other.Zones.Except(Zones, StringComparer.Ordinal).Any()
        && (ZoneIds.IsEmpty || (!other.ZoneIds.IsEmpty && !other.ZoneIds.Except(ZoneIds, StringComparer.Ordinal).Any()));

    public bool Holds(string name) => Scopes.Any(scope => scope.Holds(name));

    /// <summary>True if it treats records of this owner as its own.</summary>
    public bool Takes(string owner) => owner == Owner || owner == FormerOwner;

    /// <summary>The intersection of a filter and a zone: the narrower one, if one is below the other.</summary>
    private IEnumerable<string> Parts()
    {
        string[] domains = Domains.IsEmpty ? [""] : [.. Domains];
        string[] zones = Zones.IsEmpty ? [""] : [.. Zones];
        return from domain in domains
               from zone in zones
               where DomainScope.IsBelow(domain, zone) || DomainScope.IsBelow(zone, domain)
               select DomainScope.IsBelow(domain, zone) ? domain : zone;
    }

    private static IEnumerable<string> Variables(Mapping container) =>
        from variable in container.MappingsAt("env")
        let name = variable.TextAt("name")
        where name?.StartsWith("EXTERNAL_DNS_", StringComparison.Ordinal) == true && variable["value"] is not null
        select $"{name}={variable.TextAt("value")}";

    private sealed class Arguments(ImmutableArray<string> all)
    {
        public IEnumerable<string> Except(IEnumerable<string> names) =>
            all.Where(argument => !names.Contains(argument.Split('=')[0]));

        public ImmutableArray<string> All(string name) =>
            [.. all.Where(argument => argument.StartsWith(name + "=", StringComparison.Ordinal))
                .Select(argument => argument[(name.Length + 1)..])];

        public ImmutableArray<string> Names(string name) => [.. All(name).Select(DomainScope.Normal).Where(domain => domain.Length > 0)];

        public string? Last(string name) => All(name) is [.., var last] ? last : null;

        public bool Has(string name) => !All(name).IsEmpty;

        public bool Flag(string name) => all.Contains(name) || Last(name) == "true";
    }
}

/// <summary>Several instances that together have its zones may replace an instance.</summary>
internal static class ZoneParts
{
    private static readonly string[] Kinds = ["public", "private"];

    /// <summary>Splits the instance by the parts of its zones that another one may have: no zone is in two parts.</summary>
    /// <param name="writer">The running instance.</param>
    /// <param name="others">The new instances of its place.</param>
    public static IEnumerable<RecordWriter> Of(RecordWriter writer, IEnumerable<RecordWriter> others)
    {
        var there = others.Where(other => other.Reads).ToArray();
        var isSplit = writer.ZoneKind is null && Kinds.All(kind => there.Any(other => other.ZoneKind == kind));
        return (isSplit ? Kinds.Select(kind => writer with { ZoneKind = kind }) : [writer])
            .SelectMany(part => there.Any(other => other.IsAt(part) && other.HasZonesOf(part)) ? [part] : Singly(part));
    }

    private static IEnumerable<RecordWriter> Singly(RecordWriter writer) => writer switch
    {
        { ZoneIds.Length: > 1 } => writer.ZoneIds.Distinct(StringComparer.Ordinal).Select(id => writer with { ZoneIds = [id] }),
        { Zones.Length: > 1 } => writer.Zones.Distinct(StringComparer.Ordinal).Select(zone => writer with
        {
            Zones = [zone],
            // Their records are in the zone below.
            Excluded = [.. writer.Excluded.Union(writer.Zones.Where(other => other != zone && DomainScope.IsBelow(other, zone)))],
        }),
        _ => [writer],
    };
}

/// <summary>The names at and below a domain, except those at or below other domains.</summary>
/// <param name="Domain">In lower case, without a dot at its end; empty for every name.</param>
/// <param name="Without">Domains below it.</param>
internal sealed record DomainScope(string Domain, IReadOnlyList<string> Without)
{
    public bool Holds(string name) => IsBelow(name, Domain) && !Without.Any(domain => IsBelow(name, domain));

    public static bool IsBelow(string name, string domain) =>
        domain.Length == 0 || DomainName.IsIn(name, domain);

    public static string Normal(string name) => name.Trim().TrimEnd('.').ToLowerInvariant();

    /// <summary>For example <c>names below example.com, but not below shop.example.com</c>.</summary>
    public override string ToString() => (Domain.Length == 0 ? "names" : $"names below {Domain}")
        + (Without.Count == 0 ? "" : $", but not below {string.Join(" and ", Without)}");
}
