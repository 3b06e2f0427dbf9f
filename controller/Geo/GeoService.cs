using System.Text.RegularExpressions;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The annotations of a Service with a name in the geographic zone. The health checks' annotations say how it is probed.</summary>
internal static class GeoAnnotations
{
    private const string Prefix = "dns.aikernel.io/geo-";

    /// <summary>The name in the zone. Services with the same name are the regions of one application.</summary>
    public const string Hostname = Prefix + "hostname";

    public const string Region = Prefix + "region";
    public const string Priority = Prefix + "priority";
    public const string Weight = Prefix + "weight";
    public const string Policy = Prefix + "policy";

    /// <summary>Addresses of another region, which this cluster cannot see, instead of those of the load balancer.</summary>
    public const string Addresses = Prefix + "addresses";

    public static IReadOnlyList<string> All { get; } = [Hostname, Region, Priority, Weight, Policy, Addresses];
}

/// <summary>An address and how to probe it.</summary>
internal sealed record GeoTarget(IPEndPoint Address, ProbeScheme Scheme, string Path, string ServerName, bool VerifyTls)
{
    public ProbeTarget At(TimeSpan timeout) => new()
    {
        Scheme = Scheme,
        Address = Address,
        Timeout = timeout,
        Path = Path,
        ServerName = ServerName,
        VerifyTls = VerifyTls,
        DnsName = ServerName,
        IsDeclared = true,
    };
}

/// <summary>A Service with a name in the zone.</summary>
internal sealed record GeoService
{
    public required ObjectName Name { get; init; }

    public required DateTime Created { get; init; }

    /// <summary>In lower case, without a trailing dot.</summary>
    public required string Hostname { get; init; }

    public required string Region { get; init; }

    public required int Priority { get; init; }

    public required int Weight { get; init; }

    /// <summary>Null for the zone's policy.</summary>
    public GeoPolicy? Policy { get; init; }

    /// <summary>Empty while the load balancer has no address.</summary>
    public required IReadOnlyList<GeoTarget> Targets { get; init; }
}

/// <summary>
/// The result of reading a Service; both are empty if it has no such annotation. A wrong priority, weight or policy leaves it in the zone.
/// </summary>
internal sealed record GeoReading(GeoService? Service, IReadOnlyList<string> Problems);

/// <summary>Reads the annotations of Services.</summary>
internal static partial class GeoServiceReader
{
    private const int MostAddresses = 50;
    private const int HighestWeight = 255;
    private const int HighestPriority = 1000;

    public static GeoReading Read(V1Service service, GeoOptions options)
    {
        var problems = new List<string>();
        if (!GeoAnnotations.All.Any(key => service.GetAnnotation(key) is not null))
        {
            return new GeoReading(null, problems);
        }

        var tolerated = new List<string>();
        var read = new AnnotationReader(service, problems, tolerated);
        var hostname = Hostname(read, options, problems);
        var region = read.Text(GeoAnnotations.Region) ?? options.Region;
        if (options.Find(region) is null)
        {
            problems.Add($"{GeoAnnotations.Region}: '{region}' is not one of the regions "
                + string.Join(", ", options.Regions.Select(known => known.Name)));
        }

        var routed = new GeoService
        {
            Name = service.FullName(),
            Created = service.Metadata.CreationTimestamp ?? DateTime.MaxValue,
            Hostname = hostname,
            Region = region,
            Priority = read.Number(GeoAnnotations.Priority, 0, HighestPriority) ?? 100,
            Weight = read.Number(GeoAnnotations.Weight, 0, HighestWeight) ?? options.Find(region)?.Weight ?? 1,
            Policy = read.Enum<GeoPolicy>(GeoAnnotations.Policy, isTolerated: true),
            Targets = Targets(service, read, options, hostname, problems),
        };
        return problems.Count == 0
            ? new GeoReading(routed, tolerated)
            : new GeoReading(null, [.. problems, .. tolerated, "the Service is left out"]);
    }

    private static string Hostname(AnnotationReader read, GeoOptions options, List<string> problems)
    {
        var name = (read.Text(GeoAnnotations.Hostname) ?? "").TrimEnd('.').ToLowerInvariant();
        var inside = name == options.Zone || name.EndsWith($".{options.Zone}", StringComparison.Ordinal);
        if (name.Length == 0)
        {
            problems.Add($"{GeoAnnotations.Hostname} is missing: write a name in {options.Zone}");
        }
        else if (name.Length > 253 || !HostForm().IsMatch(name) || !inside)
        {
            problems.Add($"{GeoAnnotations.Hostname}: '{(name.Length <= 64 ? name : name[..64])}' is not a host name in {options.Zone}");
        }
        else if (options.Regions.Any(region => name == ZoneText.ServerName(options, region)))
        {
            problems.Add($"{GeoAnnotations.Hostname}: '{name}' is the zone's own name server");
        }

        return name;
    }

    private static List<GeoTarget> Targets(
        V1Service service, AnnotationReader read, GeoOptions options, string hostname, List<string> problems)
    {
        var path = read.Path(Annotations.Path);
        var scheme = read.Enum<ProbeScheme>(Annotations.Scheme) ?? (path is null ? ProbeScheme.Tcp : ProbeScheme.Http);
        var server = read.ServerName(Annotations.ServerName) ?? hostname;
        var verify = read.Flag(Annotations.VerifyTls) ?? true;
        var addresses = read.Addresses(GeoAnnotations.Addresses);
        if (addresses.Count == 0)
        {
            addresses = OfLoadBalancer(service, problems);
        }

        if (addresses.Count > MostAddresses)
        {
            problems.Add($"{GeoAnnotations.Addresses}: {addresses.Count} addresses are more than {MostAddresses}: write fewer");
            addresses = [];
        }

        foreach (var address in addresses.Where(address => !options.Networks.Allows(address)))
        {
            problems.Add($"{GeoAnnotations.Addresses}: {address} is in a network that is never probed or published: write another");
        }

        if (Port(service, read.Text(Annotations.Port), scheme, problems) is not { } port)
        {
            return [];
        }

        return [.. addresses.Select(address => new GeoTarget(new IPEndPoint(address, port), scheme, path ?? "/", server, verify))];
    }

    /// <summary>
    /// Its port for clients outside. A load balancer only has the Service's ports, so a probe of another protocol would always fail.
    /// </summary>
    private static int? Port(V1Service service, string? wanted, ProbeScheme scheme, List<string> problems)
    {
        var needed = EndpointResolver.ProtocolOf(scheme);
        if (EndpointResolver.ServicePort(service, wanted, scheme) is not { } port)
        {
            problems.Add(wanted is null
                ? "the Service has no ports: write the one that is probed"
                : $"{Annotations.Port}: '{AnnotationReader.Short(wanted)}' is not a port of the Service: write one of "
                    + EndpointResolver.PortsOf(service));
            return null;
        }

        if (EndpointResolver.ProtocolOf(port) != needed)
        {
            var probe = $"a probe of the scheme {AnnotationReader.Spelling($"{scheme}")} needs a {needed} port";
            problems.Add(wanted is null
                ? $"{Annotations.Scheme}: {probe}, and the Service has none: add one, or write another scheme"
                : $"{Annotations.Port}: {probe}, and '{wanted}' is not one: write another port or scheme");
            return null;
        }

        return port.Port;
    }

    private static List<IPAddress> OfLoadBalancer(V1Service service, List<string> problems)
    {
        var given = service.Status?.LoadBalancer?.Ingress ?? [];
        var addresses = given.Select(ingress => ingress.Ip).Concat(service.Spec?.ExternalIPs ?? [])
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().Distinct().ToList();
        if (addresses.Count == 0 && given.FirstOrDefault(ingress => !string.IsNullOrEmpty(ingress.Hostname)) is { } named)
        {
            problems.Add($"its load balancer has the name {named.Hostname} and no address: write {GeoAnnotations.Addresses}, "
                + "or let External-DNS write alias records");
        }

        return addresses;
    }

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostForm();
}
