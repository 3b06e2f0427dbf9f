using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Backup;

/// <summary>Reads a cluster with kubectl, and its zones with zone transfers.</summary>
/// <param name="Kubectl">kubectl, with the context of the cluster.</param>
/// <param name="TsigFiles">See <see cref="ZoneTransfer.Secret"/>.</param>
/// <param name="TsigVariable">The value of <see cref="ZoneTransfer.Variable"/>.</param>
internal sealed record LiveReader(Kubectl Kubectl, IReadOnlyCollection<string> TsigFiles, string? TsigVariable)
{
    /// <summary>See <see cref="ExportedZone.Of"/>.</summary>
    public IReadOnlyCollection<string> ZoneFiles { get; init; } = [];

    /// <exception cref="KubectlException">The cluster cannot be read.</exception>
    /// <exception cref="ZoneTransferException">A zone cannot be read.</exception>
    public async Task<LiveState> ReadAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        // Keys and files first, so that mistakes there are found early.
        var instances = PublishedObjects.Instances(cluster).ToArray();
        ExportedZone.Check(instances, ZoneFiles);
        var exported = instances.SelectMany(instance => ExportedZone.Of(instance, ZoneFiles).Select(zone => (instance, zone))).ToArray();
        var readable = instances.Where(instance => WhyNotRead(instance) is null)
            .Select(instance => (instance, secret: ZoneTransfer.Secret(instance.Name.Text, TsigFiles, TsigVariable))).ToArray();
        var transfer = readable.Length == 0 ? null : ZoneTransfer.Find();
        var objects = ImmutableArray.CreateBuilder<Manifest>();
        foreach (var (kind, @namespace) in PublishedObjects.Kinds(cluster))
        {
            objects.AddRange(await Kubectl.ListAsync(kind, @namespace, cancellationToken));
        }

        var zones = ImmutableDictionary.CreateBuilder<(string, string), OwnedZone>();
        foreach (var (instance, secret) in readable)
        {
            foreach (var zone in Zones(instance))
            {
                var records = await transfer!.ReadAsync(instance.Rfc2136, zone, secret, cancellationToken);
                zones.Add((instance.Name.Text, zone), new OwnedZone(records, instance.TxtPrefix));
            }
        }

        foreach (var (instance, zone) in exported)
        {
            if (zones.ContainsKey((instance.Name.Text, zone.Zone)))
            {
                throw new ZoneTransferException($"Two files of {ExportedZone.Option} have the zone '{zone.Zone}' of the instance "
                    + $"'{instance.Name}'. Name one of them.");
            }

            zones[(instance.Name.Text, zone.Zone)] = new OwnedZone(zone.Records, instance.TxtPrefix);
        }

        return new LiveState(
            PublishedObjects.DnsAddress(objects), PublishedObjects.Of(objects, cluster), zones.ToImmutable())
        {
            Unread = PublishedObjects.Unread(objects, cluster),
        };
    }

    public static IEnumerable<string> Zones(DnsInstance instance) =>
        (instance.Rfc2136.Zones.IsEmpty ? instance.Domains : instance.Rfc2136.Zones).Select(zone => zone.Text);

    /// <summary>Why no transfer reads the zones of an instance; null if one does.</summary>
    public static string? WhyNotRead(DnsInstance instance) => instance switch
    {
        { Provider: not DnsProvider.Rfc2136 } =>
            $"the provider {instance.ProviderWord} has no transfers: export its zones there ({ExportedZone.Option})",
        { Rfc2136.Transfers: false } => "transfers is false",
        _ => null,
    };
}
