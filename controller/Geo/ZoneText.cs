using System.Net.Sockets;
using System.Text;

namespace PlatformGitOps.Controller.Geo;

/// <summary>
/// The texts of CoreDNS's files, which are also the data of the ConfigMap: a zone for each view (RFC 1035 section 5), and the weights of
/// the loadbalance plugin. Pure.
/// </summary>
internal static class ZoneText
{
    /// <summary>The view for clients near no region.</summary>
    public const string DefaultView = "default";

    public const string WeightsFile = "weights";

    public const string SerialKey = "serial";

    private const int ServerTtl = 3600;

    public static IEnumerable<string> Views(GeoOptions options) => options.Regions.Select(region => region.Name).Append(DefaultView);

    public static string ZoneFile(string view) => $"{view}.zone";

    public static string ServerName(GeoOptions options, GeoRegion region) => $"ns-{region.Name}.{options.Zone}";

    /// <summary>The files by name, for a serial.</summary>
    public static SortedDictionary<string, string> Files(GeoOptions options, GeoAnswers answers, uint serial)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SerialKey] = serial.ToString(CultureInfo.InvariantCulture),
            [WeightsFile] = Weights(answers),
        };
        foreach (var view in Views(options))
        {
            files[ZoneFile(view)] = Zone(options, answers, view, serial);
        }

        return files;
    }

    /// <summary>Seconds since 1970, but more than the last serial: CoreDNS only reloads a zone with a new serial.</summary>
    public static uint NextSerial(uint before, DateTimeOffset now) =>
        Math.Max((uint)now.ToUnixTimeSeconds(), before == uint.MaxValue ? 1 : before + 1);

    private static string Zone(GeoOptions options, GeoAnswers answers, string view, uint serial)
    {
        var servers = options.Regions.Where(region => region.Servers.Count > 0).ToArray();
        var first = servers.Length > 0 ? ServerName(options, servers[0]) : $"ns.{options.Zone}";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{options.Zone}. {options.Ttl} IN SOA {first}. hostmaster.{options.Zone}. {serial} 3600 600 604800 {options.Ttl}\n");
        foreach (var region in servers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{options.Zone}. {ServerTtl} IN NS {ServerName(options, region)}.\n");
            Append(text, ServerName(options, region), ServerTtl, region.Servers);
        }

        foreach (var name in answers.Names)
        {
            Append(text, name.Hostname, options.Ttl, name.Views[view]);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, int ttl, IEnumerable<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var type = address.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA";
            text.Append(CultureInfo.InvariantCulture, $"{name}. {ttl} IN {type} {address}\n");
        }
    }

    /// <summary>An address that is not in this file has weight 1.</summary>
    private static string Weights(GeoAnswers answers)
    {
        var text = new StringBuilder("# name, then its addresses with their weights\n");
        foreach (var name in answers.Names.Where(name => !name.Weights.IsEmpty))
        {
            text.Append(name.Hostname).Append('\n');
            foreach (var (address, weight) in name.Weights)
            {
                text.Append(CultureInfo.InvariantCulture, $"{address} {weight}\n");
            }
        }

        return text.ToString();
    }
}
