using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>All records that a pair of servers must answer: name, type and data.</summary>
internal static class ExpectedRecords
{
    /// <summary>
    /// The PTR record of each address in a reverse range, and the addresses of every host. An address has the PTR record of its first name:
    /// a host's before a record's, and a record's before one of the file. A wildcard has none.
    /// </summary>
    internal static IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> ExpectedReverse(
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

    internal static IEnumerable<string> ReverseZones(SubstratePair pair) => pair.Settings.Reverse.Select(range =>
    {
        var labels = range.First.AddressFamily == AddressFamily.InterNetwork ? (32 - range.PrefixLength) / 8
            : (128 - range.PrefixLength) / 4;
        return pair.Here(string.Join('.', ReverseOf(range.First).Split('.').Skip(labels)));
    });

    internal static string ReverseOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? string.Join('.', address.ToString().Split('.').Reverse()) + ".in-addr.arpa"
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse()) + ".ip6.arpa";

    internal static IPAddress Here(SubstratePair pair, IPAddress address) => IPAddress.Parse(pair.Here(address.ToString()));

    /// <summary>All records of the definition: name, type and data.</summary>
    internal static IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> Expected(SubstratePair pair)
    {
        var (settings, zone) = (pair.Settings, pair.Zone);
        string[] servers = [.. settings.Hosts.Select(host => $"{host.Name}.{zone}.").Order(StringComparer.Ordinal)];
        yield return (zone, "NS", servers);
        yield return (pair.Child, "NS", servers);
        foreach (var host in settings.Hosts)
        {
            yield return ($"{host.Name}.{zone}", "A", [pair.Here(host.Addresses[0].ToString())]);
            yield return (string.Join('.', pair.Here(host.Addresses[0].ToString()).Split('.').Reverse()) + ".in-addr.arpa", "PTR",
                [$"{host.Name}.{zone}."]);
        }

        if (settings.Kubernetes is { } kubernetes)
        {
            string[] api = [.. kubernetes.ControlPlanes.SelectMany(host => host.Addresses)
                .Select(address => pair.Here(address.ToString()))];
            yield return ($"kubernetes.{zone}", "A", api);
            yield return ($"_kubernetes._tcp.{zone}", "SRV", [.. kubernetes.ControlPlanes.Select(host => $"0 0 6443 {host.Name}.{zone}.")]);
            yield return ($"_kubernetes._tcp.{zone}", "TXT", [$"\"txtvers=1\" \"protocol=https\" \"cluster={kubernetes.Cluster}\""]);
        }

        foreach (var alias in settings.Aliases)
        {
            yield return ($"{alias.Name}.{zone}", "CNAME", [$"{alias.Target}.{zone}."]);
        }

        foreach (var record in settings.Records)
        {
            foreach (var family in record.Addresses.GroupBy(address => address.AddressFamily))
            {
                yield return ($"{record.Name}.{zone}", family.Key == AddressFamily.InterNetwork ? "A" : "AAAA",
                    [.. family.Select(address => pair.Here(address.ToString())).Order(StringComparer.Ordinal)]);
            }

            if (record.Port is { } port)
            {
                yield return ($"_{record.Service}._{record.Protocol}.{zone}", "SRV",
                    [$"0 0 {port} {record.Name}.{zone}."]);
            }
        }
    }

    /// <summary>The records of the file, parsed by BIND's own tool after a SOA and an NS record.</summary>
    internal static async Task<IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)>> ExpectedOfFile(
        SubstratePair pair, CancellationToken cancellationToken)
    {
        if (pair.Settings.RecordsFile is not { } file)
        {
            return [];
        }

        var text = await File.ReadAllTextAsync(Path.Combine(StorySample.Folder, "definitions", file), cancellationToken);
        var zone = Path.Combine(pair.Folder, "expected.zone");
        await File.WriteAllTextAsync(zone, $"@ 60 IN SOA ns hostmaster 1 1 1 1 1\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n{pair.Here(text)}",
            cancellationToken);
        var compiled = await LocalProgram.Run("named-compilezone", ["-q", "-i", "none", "-f", "text", "-o", "-", pair.Zone, zone],
            cancellationToken);
        compiled.ShouldSucceed();
        return Lines(compiled.StandardOutput).Select(line => line.Split((char[]?)null, 5, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [_, _, "IN", not ("SOA" or "NS"), _] && words[0] != $"ns.{pair.Zone}.")
            .GroupBy(words => (Name: words[0].TrimEnd('.'), Type: words[3]))
            .Select(set => (set.Key.Name, set.Key.Type,
                (IReadOnlyList<string>)[.. set.Select(words => words[4]).Order(StringComparer.Ordinal)]));
    }
}
