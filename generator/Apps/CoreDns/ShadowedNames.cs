using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Finds names that the main server should answer but another one does: CoreDNS gives a query to the server with the longest zone, and no
/// other server sees it.
/// </summary>
internal static class ShadowedNames
{
    public static void Check(Cluster cluster, SectionReader at)
    {
        var dns = cluster.Dns;
        var servers = Servers(cluster).ToImmutableArray();
        foreach (var stub in dns.StubDomains)
        {
            Report(stub.Zone, $"The stub domain {stub.Zone}", $"dns.stubDomains.\"{stub.Zone}\"", at, servers);
        }

        foreach (var host in dns.Hosts)
        {
            Report(host.Name, $"The host {host.Name}", $"dns.hosts.\"{host.Name}\"", at, servers);
        }

        foreach (var file in dns.ZoneFiles.Select(file => file.Zone))
        {
            // A server may serve the file itself, with its own 'file' plugin.
            Report(file, $"The zone file of {file}", $"dns.zoneFiles.\"{file}\"", at,
                servers.RemoveAll(server => server.Plugins.Contains($"db.{file}")));
        }

        foreach (var (rewrite, place) in dns.Rewrites.Zip(at.At("dns").Entries("rewrite")))
        {
            Report(rewrite.From, $"The rewrite of {rewrite.From}", "from", place, servers);
        }

        CheckRewrites(cluster, servers, at);
        foreach (var (zone, index) in dns.Cache.ZonesWithoutCache.Select((zone, index) => (zone, index)))
        {
            Report(zone, $"The zone without cache {zone}", $"dns.cache.zonesWithoutCache[{index}]", at, servers);
        }
    }

    /// <summary>CoreDNS takes the first rewrite that is for a name, and looks at hosts with the name that it gives.</summary>
    private static void CheckRewrites(Cluster cluster, ImmutableArray<AnsweringServer> servers, SectionReader at)
    {
        var (dns, places) = (cluster.Dns, at.At("dns").Entries("rewrite"));
        for (var index = 0; index < dns.Rewrites.Length; index++)
        {
            var rewrite = dns.Rewrites[index];
            var before = dns.Rewrites.AsSpan(0, index).ToArray();
            if (Array.FindIndex(before, other => other.From == rewrite.From && other.Below == rewrite.Below) is var same and >= 0)
            {
                places[index].Report(DefinitionRules.DuplicateItem, "from",
                    $"A rewrite of {rewrite.From} is in line {places[same].Position.Line} already, and CoreDNS takes the first.",
                    "Keep one of the two.");
            }
            else if (Array.FindIndex(before, other => IsBelow(rewrite.From, other)) is var first and >= 0
                && !rewrite.From.IsIn(cluster.Domain))
            {
                places[index].Report(DefinitionRules.RewriteShadowed, "from",
                    $"The rewrite in line {places[first].Position.Line} of the names below {before[first].From} comes before it and takes "
                        + $"{rewrite.From}.",
                    "Write this one above it.");
            }
        }

        // A name that another server answers never comes to the rewrites.
        foreach (var host in dns.Hosts.Where(host => dns.Rewrites.Any(rewrite => (rewrite.From == host.Name && !rewrite.Below)
            || IsBelow(host.Name, rewrite))
            // Another rewrite may lead to its addresses.
            && !dns.Rewrites.Any(rewrite => rewrite.To == host.Name || (rewrite.Below && host.Name.IsIn(rewrite.To)))
            && !servers.Any(server => DomainName.IsIn(host.Name.Text, server.Zone))))
        {
            at.Report(DefinitionRules.RewriteShadowed, $"dns.hosts.\"{host.Name}\"",
                $"A rewrite gives {host.Name} another name before CoreDNS looks at its addresses, which nobody gets.",
                "Delete the rewrite, or write the addresses for the name that it gives.");
        }
    }

    private static bool IsBelow(DomainName name, NameRewrite rewrite) =>
        rewrite.Below && name != rewrite.From && name.IsIn(rewrite.From);

    /// <summary>The server of the substrate that has a zone too; CoreDNS would not start.</summary>
    public static bool IsOfSubstrate(Cluster cluster, DomainName zone) =>
        cluster.Substrate is { } substrate && SubstrateForward.Zones(substrate).Contains(zone.Text);

    private static void Report(DomainName name, string what, string path, SectionReader at, ImmutableArray<AnsweringServer> servers)
    {
        if (servers.FirstOrDefault(server => DomainName.IsIn(name.Text, server.Zone)) is { } server)
        {
            at.Report(DefinitionRules.ZoneTwice, path,
                $"{what} has no effect: {server.Name} answers every name in the zone {server.Zone}.",
                $"Delete it, or write it into {server.Place}.");
        }
    }

    /// <summary>
    /// The servers on port 53 other than the main one. A server with the view plugin leaves queries to the others; a zone in the cluster's
    /// own domain has its own finding.
    /// </summary>
    private static IEnumerable<AnsweringServer> Servers(Cluster cluster) =>
    [
        .. from server in cluster.Dns.ExtraServers
           where server.Port == CoreDnsNames.DnsPort && PluginText.Parse(server.Plugins).All(plugin => plugin.Name != "view")
           from zone in server.Zones
           where !zone.IsIn(cluster.Domain)
           select new AnsweringServer(zone.Text, "the server of dns.extraServers", "its plugins", server.Plugins),
        .. from substrate in new[] { cluster.Substrate }.OfType<SubstrateSettings>()
           from zone in SubstrateForward.Zones(substrate)
           select new AnsweringServer(zone, $"the substrate '{substrate.Name}'", "its zone", ""),
    ];

    /// <summary>A server that takes queries from the main one.</summary>
    /// <param name="Zone">Its zone.</param>
    /// <param name="Name">Its name in messages.</param>
    /// <param name="Place">The key with its answers.</param>
    /// <param name="Plugins">Its plugins, as in the definition.</param>
    private sealed record AnsweringServer(string Zone, string Name, string Place, string Plugins);
}
