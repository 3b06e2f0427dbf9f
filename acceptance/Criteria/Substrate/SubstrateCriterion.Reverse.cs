using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private static IReadOnlyList<HostSabotage> ReverseSabotages =>
    [
        Of("a reverse name of another host", "Substrate.4", "PTR", "zones/10.168.192.in-addr.arpa.zone", "PTR etcd-1.", "PTR other."),
        Of("an IPv6 address without a reverse name", "Substrate.4", "PTR", "zones/0.0.0.0.0.0.0.0.0.1.0.0.0.0.d.f.ip6.arpa.zone",
            "1.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "2.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"),
        Of("a zone that ends a minute after its primary", "Substrate.4", "the SOA record of", "zones/globular.internal.zone",
            " 300 60 1209600 60\n", " 300 60 60 60\n"),
    ];

    /// <summary>
    /// The PTR record of each address in a reverse range, and the addresses of every host. An address is known by its first name: a host's
    /// before a record's, and a record's before one of the file. A wildcard names no address.
    /// </summary>
    private static IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> ExpectedReverse(
        SubstratePair pair, IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> ofFile)
    {
        var hosts = pair.Settings.AllHosts.DistinctBy(host => host.Name).ToList();
        foreach (var family in hosts.SelectMany(host => host.Addresses.Select(address => (host.Name, Address: Here(pair, address))))
            .GroupBy(entry => (entry.Name, entry.Address.AddressFamily)))
        {
            yield return ($"{family.Key.Name}.{pair.Zone}", family.Key.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA",
                [.. family.Select(entry => entry.Address.ToString()).Order(StringComparer.Ordinal)]);
        }

        var named = hosts.SelectMany(host => host.Addresses.Select(address => (Name: $"{host.Name}.{pair.Zone}", address)))
            .Concat(pair.Settings.Records.SelectMany(record => record.Addresses.Select(
                address => (Name: $"{record.Name}.{pair.Zone}", address))))
            .Select(entry => (entry.Name, Address: Here(pair, entry.address)))
            .Concat(ofFile.Where(set => set.Type is "A" or "AAAA" && !set.Name.StartsWith('*'))
                .SelectMany(set => set.Data.Select(data => (set.Name, Address: IPAddress.Parse(data)))));
        var zones = ReverseZones(pair).ToList();
        foreach (var (name, address) in named.DistinctBy(entry => entry.Address))
        {
            var reverse = ReverseOf(address);
            if (zones.Any(zone => reverse.EndsWith("." + zone, StringComparison.Ordinal)))
            {
                yield return (reverse, "PTR", [$"{name.ToLowerInvariant()}."]);
            }
        }
    }

    /// <summary>Primary, contact and times of each zone, at both servers; the serial is the time of the installation.</summary>
    private static async Task HaveTheirSoa(SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var zone in new[] { pair.Zone, pair.Child }.Concat(ReverseZones(pair)))
        {
            var names = Regex.Escape($"{pair.Settings.Primary.Name}.{pair.Zone}. hostmaster.{pair.Zone}.");
            var form = $"^{names} ([0-9]+) 300 60 1209600 60$";
            var first = string.Join('\n', await pair.Ask(pair.Primary, zone, "SOA", cancellationToken));
            first.ShouldMatch(form, $"the SOA record of {zone}");
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(Regex.Match(first, form).Groups[1].Value, CultureInfo.InvariantCulture))
                .ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(10), $"the serial of {zone}");
            await AtBoth(pair, zone, "SOA", [first], cancellationToken);
            string[] servers = [.. pair.Settings.Hosts.Select(host => $"{host.Name}.{pair.Zone}.").Order(StringComparer.Ordinal)];
            await AtBoth(pair, zone, "NS", servers, cancellationToken);
        }
    }

    private static IEnumerable<string> ReverseZones(SubstratePair pair) => pair.Settings.Reverse.Select(range =>
    {
        var labels = range.First.AddressFamily == AddressFamily.InterNetwork ? (32 - range.PrefixLength) / 8
            : (128 - range.PrefixLength) / 4;
        return pair.Here(string.Join('.', ReverseOf(range.First).Split('.').Skip(labels)));
    });

    private static string ReverseOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? string.Join('.', address.ToString().Split('.').Reverse()) + ".in-addr.arpa"
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse()) + ".ip6.arpa";

    private static IPAddress Here(SubstratePair pair, IPAddress address) => IPAddress.Parse(pair.Here(address.ToString()));
}
