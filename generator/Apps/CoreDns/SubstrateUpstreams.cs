using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Hosts of the definition's own substrates among the servers that a cluster's CoreDNS forwards to. Knot and BIND answer there with
/// REFUSED for every name that is in none of their zones, and CoreDNS gives that answer to the pod.
/// </summary>
internal static class SubstrateUpstreams
{
    private const string Fix = "Write a server that resolves these names; 'substrate:' in the cluster forwards the zones of a substrate.";

    /// <param name="cluster">The cluster.</param>
    /// <param name="servers">Those of the definition's substrates.</param>
    /// <param name="at">The cluster in the file.</param>
    /// <param name="substrates">Each substrate in the file.</param>
    public static void Check(Cluster cluster, SubstrateServers servers, SectionReader at, ImmutableArray<SectionReader> substrates)
    {
        foreach (var (index, upstream) in cluster.Dns.Upstreams.Index())
        {
            if (Find(upstream.Address, upstream.Port) is { } found)
            {
                at.Report(DefinitionRules.UpstreamSubstrate, $"dns.upstreams[{index}]",
                    $"The upstream {upstream.Address} is a host of the substrate '{found.Substrate.Name}', which refuses every name "
                        + "outside of its zones.",
                    Fix);
            }
        }

        foreach (var stub in cluster.Dns.StubDomains)
        {
            foreach (var (index, upstream) in stub.Forwarding.Servers.Index())
            {
                Report(Find(upstream.Address, upstream.Port), [stub.Zone.Text], upstream.Address,
                    $"dns.stubDomains.\"{stub.Zone}\".servers[{index}]", at);
            }
        }

        foreach (var (server, place) in cluster.Dns.ExtraServers.Zip(at.At("dns").Entries("extraServers")))
        {
            foreach (var forward in PluginText.Parse(server.Plugins).Where(plugin => plugin.Name == "forward"))
            {
                var from = (forward.Parameters ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
                string[] zones = from is null or "." ? [.. server.Zones.Select(zone => zone.Text)] : [from.TrimEnd('.').ToLowerInvariant()];
                foreach (var upstream in ServerRules.PluginUpstreams(forward))
                {
                    Report(Find(upstream.Address, upstream.Port), zones, upstream.Address, "plugins", place);
                }
            }
        }

        // At another port of the host another server may listen.
        KnownServer? Find(IPAddress address, int port) =>
            port is 0 or SubstratePaths.Port && servers.Find(address) is { } found
                && substrates[found.Index].IsSound("zone") && substrates[found.Index].IsSound("reverse") ? found : null;
    }

    /// <summary>A zone that holds a part of the substrate's, or is a part of it, has names that the host answers.</summary>
    private static void Report(KnownServer? found, string[] zones, IPAddress address, string path, SectionReader at)
    {
        if (found is not null && zones.Length > 0 && !Array.Exists(zones, zone => SubstrateForward.Zones(found.Substrate)
            .Any(own => DomainName.IsIn(zone, own) || DomainName.IsIn(own, zone))))
        {
            at.Report(DefinitionRules.UpstreamSubstrate, path,
                $"The server {address} of the zone {zones[0]} is a host of the substrate '{found.Substrate.Name}', which does not have "
                    + "that zone and refuses every query.",
                Fix);
        }
    }
}
