using PlatformGitOps.Generator.Apps.Substrate.Records;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>A server of some other key of the definition that is a host of one of its substrates.</summary>
/// <param name="Substrate">The substrate.</param>
/// <param name="Index">Its place in the definition.</param>
/// <param name="Host">The primary or the secondary; null where the server is a name that the zone does not have.</param>
internal sealed record KnownServer(SubstrateSettings Substrate, int Index, SubstrateHost? Host)
{
    public bool IsPrimary => Host == Substrate.Primary;
}

/// <summary>The servers of a definition's own substrates, by their addresses and by their names in its zones.</summary>
internal sealed class SubstrateServers(IReadOnlyList<SubstrateSettings> substrates)
{
    /// <summary>Each host that serves DNS. One that two substrates have is a finding of its own, and neither's here.</summary>
    private readonly Dictionary<IPAddress, KnownServer> byAddress = substrates.Index()
        .SelectMany(entry => entry.Item.Hosts.SelectMany(host => host.Addresses.Distinct().Select(address =>
            (Address: address, Server: new KnownServer(entry.Item, entry.Index, host)))))
        .GroupBy(pair => pair.Address, pair => pair.Server).Where(same => same.Count() == 1)
        .ToDictionary(same => same.Key, same => same.Single());

    /// <summary>Null where a server is none of them, or it is not known which host a name leads to.</summary>
    /// <param name="server">An address or a DNS name.</param>
    public KnownServer? Find(string server) => IPAddress.TryParse(server, out var address) ? Find(address)
        : substrates.Index().FirstOrDefault(entry => DomainName.IsIn(server, entry.Item.Zone.Text)) is { Item: { } substrate } entry
            ? Named(substrate, entry.Index, server) : null;

    public KnownServer? Find(IPAddress address) => byAddress.GetValueOrDefault(address);

    private KnownServer? Named(SubstrateSettings substrate, int index, string server)
    {
        var zone = substrate.Zone.Text;
        var alias = substrate.Aliases.FirstOrDefault(alias => $"{alias.Name}.{zone}" == server);
        var name = alias is null ? server : $"{alias.Target}.{zone}";
        if (substrate.Children.Any(child => DomainName.IsIn(name, $"{child.Name}.{zone}")))
        {
            return null;
        }

        var addresses = substrate.AllHosts.Where(host => $"{host.Name}.{zone}" == name).SelectMany(host => host.Addresses)
            .Concat(substrate.Records.Where(record => $"{record.Name}.{zone}" == name).SelectMany(record => record.Addresses)).ToArray();
        if (addresses.Length == 0)
        {
            var names = SubstrateRecords.NamesOf(substrate);
            return names.Has(names.AnswererOf(name)) ? null : new KnownServer(substrate, index, null);
        }

        // A client takes any of them.
        var hosts = addresses.Select(address => byAddress.GetValueOrDefault(address)).Distinct().ToArray();
        return hosts is [var only] ? only : hosts.FirstOrDefault(host => host is { IsPrimary: false } && host.Index == index);
    }
}
