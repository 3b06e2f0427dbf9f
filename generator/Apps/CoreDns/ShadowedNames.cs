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

        foreach (var (zone, index) in dns.Cache.ZonesWithoutCache.Select((zone, index) => (zone, index)))
        {
            Report(zone, $"The zone without cache {zone}", $"dns.cache.zonesWithoutCache[{index}]", at, servers);
        }
    }

    /// <summary>True if the substrate's server has the same zone; CoreDNS would not start.</summary>
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
