using System.Security.Cryptography;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>
/// The Corefile and the writer's config of one cluster. Both are read at start-up, so the name of their ConfigMap contains a hash, and so
/// does that of the zones' ConfigMap: during a rollout, pods of two revisions have different views and write to different ConfigMaps.
/// </summary>
public static class GeoDnsConfig
{
    private const string ZoneKey = "zone";

    public static string Name(Cluster cluster) => $"{GeoDnsNames.Name}-{Hash(cluster)}";

    /// <summary>The name of the zones' ConfigMap and of their writer's Lease.</summary>
    public static string ZonesName(Cluster cluster) => $"{GeoDnsNames.Name}-zones-{Hash(cluster)}";

    internal static Mapping ConfigMap(Cluster cluster) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", GeoDnsNames.Metadata(Name(cluster)) },
        { "immutable", true },
        { "data", new Mapping
            {
                { GeoDnsNames.Corefile, Corefile(cluster) },
                { GeoDnsNames.WriterConfig, Writer(cluster, $"{GeoDnsNames.Name}-zones-{Hash(cluster)}") },
            }
        },
    };

    /// <summary>The zone in a ConfigMap of a tree; null if it has no writer's config.</summary>
    internal static string? ZoneIn(Mapping configMap) => configMap.TextAt("data", GeoDnsNames.WriterConfig) is { } text
        ? YamlReader.Read("", text, YamlOptions.Tree).Documents.OfType<Mapping>().FirstOrDefault()?.TextAt(ZoneKey) : null;

    /// <summary>Both without content, which the writer adds: then it needs no right to create objects.</summary>
    internal static IEnumerable<Mapping> Written(Cluster cluster)
    {
        var metadata = Resources.Metadata(ZonesName(cluster), GeoDnsNames.Namespace, GeoDnsNames.Labels(),
            new Mapping { { "kustomize.toolkit.fluxcd.io/ssa", "Merge" } });
        yield return new Mapping { { "apiVersion", "v1" }, { "kind", "ConfigMap" }, { "metadata", metadata } };
        yield return Resources.Object("coordination.k8s.io/v1", "Lease", metadata, []);
    }

    /// <summary>
    /// A server block for each region, selected by the client's location, and one for all others. Names outside of the zone are refused:
    /// this is not an open resolver.
    /// </summary>
    public static string Corefile(Cluster cluster)
    {
        var settings = cluster.Of<GeoDnsSettings>()!;
        var text = new StringBuilder();
        // Countries before continents, whatever the order of the regions.
        (string Name, string Region, string Expression)[] views =
        [
            .. settings.Regions.Select(region => (region.Name.Text, region.Name.Text, Near(region))),
            .. settings.Regions.Select(region => ($"{region.Name}-continent", region.Name.Text, OnContinent(region))),
        ];
        views = [.. views.Where(view => view.Expression.Length > 0)];
        foreach (var (index, view) in views.Index())
        {
            text.Append(Block(settings, view.Region, [$"view {view.Name} {{", $"    expr {view.Expression}", "}"], first: index == 0));
        }

        return text.Append(Block(settings, GeoDnsNames.DefaultView, [], first: views.Length == 0)).ToString();
    }

    /// <param name="settings">The zone.</param>
    /// <param name="file">The zone file with its answers.</param>
    /// <param name="view">The expression that selects clients.</param>
    /// <param name="first">True for the block with the health plugin.</param>
    private static string Block(GeoDnsSettings settings, string file, string[] view, bool first)
    {
        string[] lines =
        [
            "errors",
            .. first ? [$"health :{GeoDnsNames.HealthPort} {{", "    lameduck 5s", "}", $"ready :{GeoDnsNames.ReadyPort}"]
                : Array.Empty<string>(),
            $"prometheus :{GeoDnsNames.ServerMetricsPort}",
            // Against amplification with spoofed addresses: no ANY, minimal answers, no fragments.
            "any",
            "minimal",
            "bufsize 1232",
            .. settings.Database is null ? Array.Empty<string>() :
            [
                "metadata", $"geoip {GeoDnsNames.DatabaseFolder}/{GeoDnsNames.DatabaseFile} {{", "    edns-subnet", "}",
            ],
            .. view,
            $"loadbalance weighted {GeoDnsNames.ZonesFolder}/weights {{", "    reload 1s", "}",
            $"file {GeoDnsNames.ZonesFolder}/{file}.zone {{", "    reload 1s", "}",
        ];
        return $"{settings.Zone}:{GeoDnsNames.DnsPort} {{\n{string.Concat(lines.Select(line => $"    {line}\n"))}}}\n";
    }

    private static string Near(GeoDnsRegion region) => string.Join(" || ",
    [
        .. region.Networks.Select(network => $"incidr(client_ip(), '{network}')"),
        .. region.Countries.IsEmpty ? Array.Empty<string>() : [In("country", region.Countries)],
    ]);

    private static string OnContinent(GeoDnsRegion region) => region.Continents.IsEmpty ? "" : In("continent", region.Continents);

    private static string In(string what, IEnumerable<string> codes) =>
        $"metadata('geoip/{what}/code') in [{string.Join(", ", codes.Select(code => $"'{code}'"))}]";

    private static string Writer(Cluster cluster, string zones)
    {
        var settings = cluster.Of<GeoDnsSettings>()!;
        return YamlWriter.WriteFragment(new Mapping
        {
            { ZoneKey, settings.Zone?.Text },
            { "region", settings.RegionOf(cluster.Name)?.Name.Text },
            { "policy", settings.PolicyWord },
            { "ttl", settings.Ttl },
            { "zones", zones },
            { "namespaces", settings.Namespaces.IsEmpty ? null : Resources.Texts(settings.Namespaces.Select(name => name.Text)) },
            { "regions", new Mapping(settings.Regions.Select(region => new Entry(region.Name.Text, new Mapping
                {
                    { "order", Resources.Texts(settings.Order(region).Select(name => name.Text)) },
                    { "weight", region.Weight },
                    { "servers", region.Servers.IsEmpty ? null : Resources.Texts(region.Servers.Select(server => server.ToString())) },
                })))
            },
            // A dead address is detected within 2 + 1 + 1 s, and CoreDNS reloads the zone a second later.
            { "probes", new Mapping
                {
                    { "interval", "2s" },
                    { "retryInterval", "1s" },
                    { "timeout", "1s" },
                    { "failureThreshold", 2 },
                    { "successThreshold", 2 },
                    { "deniedNetworks", Resources.Texts(Denied(cluster, settings)) },
                }
            },
        });
    }

    /// <summary>Clients outside cannot reach pods and Services, and a team must not probe those of another.</summary>
    private static IEnumerable<string> Denied(Cluster cluster, GeoDnsSettings settings) =>
        ((Values.Cidr?[])[cluster.Pods, cluster.Services, cluster.Second?.Pods, cluster.Second?.Services, .. settings.DeniedNetworks])
            .Where(range => range is not null).Select(range => range!.ToString()!).Distinct();

    private static string Hash(Cluster cluster) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(Corefile(cluster) + Writer(cluster, ""))))[..8];
}
