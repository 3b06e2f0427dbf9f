using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>One zone of a substrate.</summary>
/// <param name="Name">Without the trailing dot.</param>
/// <param name="Child">The child zone that it is; null if only the generator changes the zone.</param>
/// <param name="Records">Absolute, one on each line, in the format of a zone transfer; without the SOA record.</param>
/// <param name="More">More lines in this format, from the file of records.</param>
internal sealed record SubstrateZone(
    string Name, SubstrateChild? Child, ImmutableArray<string> Records, ReadOnlyMemory<char> More = default);

/// <summary>
/// The zones of a substrate. Each line is a complete record, so that verify.sh can compare a file with a transfer without a parser.
/// </summary>
internal static class SubstrateZones
{
    private const int Ttl = 300;

    /// <summary>How long clients still use the former target of an alias, in seconds.</summary>
    public const int AliasTtl = 60;

    public static IEnumerable<SubstrateZone> Of(SubstrateSettings substrate)
    {
        yield return new SubstrateZone(substrate.Zone.Text, null, [.. Forward(substrate)], substrate.FileRecords.Text);
        foreach (var child in substrate.Children)
        {
            var name = $"{child.Name}.{substrate.Zone}";
            yield return new SubstrateZone(name, child, [.. Servers(substrate, name)]);
        }

        var names = Names(substrate).Where(pair => substrate.Reverse.Any(range => range.Contains(pair.Address)))
            .DistinctBy(pair => pair.Address).ToArray();
        foreach (var range in substrate.Reverse)
        {
            var name = ReverseName.OfRange(range);
            yield return new SubstrateZone(name, null,
            [
                .. Servers(substrate, name),
                .. names.Where(pair => range.Contains(pair.Address))
                    .Select(pair => Record(ReverseName.Of(pair.Address), "PTR", pair.Name + ".")),
            ]);
        }
    }

    /// <summary>
    /// The file of a zone. install.sh sets the serial, the time of the installation that last changed the zone, which the tree cannot know.
    /// Without a NOTIFY the secondary checks every 5 minutes, and it serves for 14 days without its primary.
    /// </summary>
    public static string File(SubstrateSettings substrate, SubstrateZone zone, string header) => string.Concat(
        header,
        $"{zone.Name}. {Ttl} IN SOA {Host(substrate, substrate.Primary)}. hostmaster.{substrate.Zone}. 1 300 60 1209600 60\n",
        string.Concat(zone.Records.Select(record => record + "\n")),
        zone.More.Span);

    private static IEnumerable<string> Forward(SubstrateSettings substrate)
    {
        var zone = substrate.Zone.Text;
        foreach (var record in Servers(substrate, zone))
        {
            yield return record;
        }

        foreach (var host in substrate.AllHosts.DistinctBy(host => host.Name))
        {
            foreach (var address in host.Addresses)
            {
                yield return Addressed(Host(substrate, host), address);
            }
        }

        foreach (var record in ApiServers(substrate))
        {
            yield return record;
        }

        foreach (var record in substrate.Records)
        {
            var name = $"{record.Name}.{zone}";
            foreach (var address in record.Addresses)
            {
                yield return Addressed(name, address);
            }

            if (record.Port is { } port)
            {
                yield return Record($"_{record.Service}._{record.Protocol}.{zone}", "SRV",
                    $"0 0 {port} {name}.");
            }
        }

        foreach (var alias in substrate.Aliases)
        {
            yield return Record($"{alias.Name}.{zone}", "CNAME", $"{alias.Target}.{zone}.", AliasTtl);
        }

        foreach (var record in substrate.Children.SelectMany(child => Servers(substrate, $"{child.Name}.{zone}")))
        {
            yield return record;
        }
    }

    /// <summary>The API servers: one name for all, and a DNS-SD service (RFC 2782) whose TXT record names the cluster.</summary>
    private static IEnumerable<string> ApiServers(SubstrateSettings substrate)
    {
        if (substrate.Kubernetes is not { } kubernetes)
        {
            yield break;
        }

        foreach (var host in kubernetes.ControlPlanes)
        {
            foreach (var address in host.Addresses)
            {
                yield return Addressed($"{KubernetesSettings.ApiName}.{substrate.Zone}", address);
            }

            yield return Record($"_{KubernetesSettings.ApiName}._tcp.{substrate.Zone}", "SRV",
                $"0 0 {KubernetesSettings.ApiPort} {Host(substrate, host)}.");
        }

        yield return Record($"_{KubernetesSettings.ApiName}._tcp.{substrate.Zone}", "TXT",
            $"\"txtvers=1\" \"protocol=https\" \"cluster={kubernetes.Cluster}\"");
    }

    private static IEnumerable<string> Servers(SubstrateSettings substrate, string zone) =>
        substrate.Hosts.Select(host => Record(zone, "NS", Host(substrate, host) + "."));

    /// <summary>The first name of an address is used for its reverse record: a host's own name before a service's.</summary>
    private static IEnumerable<(IPAddress Address, string Name)> Names(SubstrateSettings substrate) =>
        substrate.AllHosts.SelectMany(host => host.Addresses.Select(address => (Address: address, Name: Host(substrate, host))))
            .Concat(substrate.Records.SelectMany(record =>
                record.Addresses.Select(address => (Address: address, Name: $"{record.Name}.{substrate.Zone}"))))
            .Concat(substrate.FileRecords.Addresses);

    private static string Host(SubstrateSettings substrate, SubstrateHost host) => $"{host.Name}.{substrate.Zone}";

    private static string Addressed(string name, IPAddress address) =>
        Record(name, address.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA", address.ToString());

    private static string Record(string name, string type, string data, int ttl = Ttl) =>
        $"{name}. {ttl} IN {type} {data}";
}

/// <summary>Names below in-addr.arpa and ip6.arpa (RFC 1035, RFC 3596), without the trailing dot.</summary>
internal static class ReverseName
{
    private const string Root = "arpa";
    private const string Four = "in-addr.arpa";
    private const string Six = "ip6.arpa";

    public static string Of(IPAddress address) => Of(address, address.GetAddressBytes().Length * 8);

    /// <summary>The reverse zone of a range whose prefix ends at a label, else of the range up to the next label.</summary>
    public static string OfRange(Cidr range) => Of(range.First, range.PrefixLength);

    private static string Of(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        var (labels, end) = address.AddressFamily == AddressFamily.InterNetwork
            ? (bytes.Take(bits / 8).Select(part => part.ToString(CultureInfo.InvariantCulture)), Four)
            : (Convert.ToHexStringLower(bytes).Take(bits / 4).Select(digit => digit.ToString()), Six);
        return string.Join('.', labels.Reverse().Append(end));
    }

    /// <summary>True if the range ends at a label, so that a zone has exactly its reverse names.</summary>
    public static bool IsZone(Cidr range) =>
        range.PrefixLength > 0 && range.PrefixLength % (range.Family == AddressFamily.InterNetwork ? 8 : 4) == 0;

    /// <summary>True if a zone has reverse names of a range's addresses.</summary>
    public static bool Holds(string zone, Cidr range) => zone == Root || RangeOf(zone)?.Overlaps(range) == true;

    /// <summary>The range of a reverse zone; null for another zone.</summary>
    private static Cidr? RangeOf(string zone)
    {
        var four = DomainName.IsIn(zone, Four);
        if (!four && !DomainName.IsIn(zone, Six))
        {
            return null;
        }

        var (end, bits, form, largest) = four ? (Four, 8, NumberStyles.None, byte.MaxValue) : (Six, 4, NumberStyles.AllowHexSpecifier, 15);
        string[] labels = [.. zone[..^end.Length].Split('.', StringSplitOptions.RemoveEmptyEntries).Reverse()];
        var bytes = new byte[four ? 4 : 16];
        if (labels.Length * bits > bytes.Length * 8)
        {
            return null;
        }

        for (var index = 0; index < labels.Length; index++)
        {
            if (!byte.TryParse(labels[index], form, CultureInfo.InvariantCulture, out var part) || part > largest)
            {
                return null;
            }

            bytes[index * bits / 8] |= (byte)(four || index % 2 == 1 ? part : part << 4);
        }

        return Cidr.TryParse($"{new IPAddress(bytes)}/{labels.Length * bits}", out var range, out _) ? range : null;
    }
}

/// <summary>The zones and servers to which a cluster's CoreDNS forwards its substrate's names.</summary>
internal static class SubstrateForward
{
    /// <summary>The zones of a substrate: its own, which includes the children, and the reverse zones.</summary>
    public static IEnumerable<string> Zones(SubstrateSettings substrate) =>
        substrate.Reverse.Select(ReverseName.OfRange).Prepend(substrate.Zone.Text);

    /// <summary>The servers in the order in which they are queried: the primary's addresses first, only of the cluster's family.</summary>
    public static IEnumerable<IPAddress> Servers(SubstrateSettings substrate, Cluster cluster) =>
        substrate.Hosts.SelectMany(host => host.Addresses).Where(address => address.AddressFamily == cluster.Services.Family);
}
