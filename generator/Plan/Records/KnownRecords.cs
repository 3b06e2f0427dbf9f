using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The records of a backup that an instance owns, by their names.</summary>
internal sealed class KnownRecords
{
    private readonly ImmutableArray<BackedUpZone> _zones;
    private readonly Dictionary<(string Instance, string Zone, string Prefix), OwnedZone> _owned = [];
    private readonly ILookup<string, (BackedUpZone Zone, string Type)> _byName;

    private KnownRecords(ImmutableArray<BackedUpZone> zones, ImmutableArray<string> types)
    {
        _zones = zones;
        _byName = zones.SelectMany(zone => zone.Records.Where(record => types.Contains(record.Type))
                .Select(record => (Name: DomainScope.Normal(record.Name), Zone: zone, record.Type)))
            .ToLookup(record => record.Name, record => (record.Zone, record.Type), StringComparer.Ordinal);
    }

    /// <summary>
    /// The records of zones that a backup read for an owner of the instance. Another instance may have a zone of the same name at another
    /// server; an unknown name belongs to an instance that was renamed since the backup.
    /// </summary>
    /// <param name="backup">The backup; null if absent.</param>
    /// <param name="backedUp">The instances of the backup.</param>
    /// <param name="writer">The instance.</param>
    /// <param name="all">All instances of its cluster.</param>
    public static KnownRecords Of(DnsBackup? backup, BackedUpInstances backedUp, RecordWriter writer, IEnumerable<RecordWriter> all)
    {
        var others = all.Select(other => other.Name).Where(name => name != writer.Name).ToHashSet(StringComparer.Ordinal);
        return new([.. (backup?.ZoneRecords ?? [])
            .Where(zone => (writer.IsRfc2136 || !backedUp.WereElsewhere(zone.Instance, writer))
                && !others.Contains(zone.Instance) && writer.Takes(zone.Owner))], writer.Types);
    }

    public IEnumerable<string> Names => _byName.Select(group => group.Key);

    /// <summary>
    /// True if the backup read every zone of these names. The definition does not have the zones of providers other than rfc2136: the zone
    /// with the names must be exported, and each zone that it delegates.
    /// </summary>
    public bool Cover(RecordWriter writer, DomainScope scope)
    {
        if (!writer.IsRfc2136)
        {
            var read = _zones.Select(zone => DomainScope.Normal(zone.Zone)).ToArray();
            return read.Any(zone => DomainScope.IsBelow(scope.Domain, zone))
                && !_zones.SelectMany(zone => zone.Delegations).Where(scope.Holds).Except(read, StringComparer.Ordinal).Any();
        }

        var zones = writer.Zones
            .Where(zone => DomainScope.IsBelow(scope.Domain, zone) || DomainScope.IsBelow(zone, scope.Domain)).ToArray();
        return zones.Length > 0 && !zones.Except(_zones.Select(zone => DomainScope.Normal(zone.Zone)), StringComparer.Ordinal).Any();
    }

    public bool Has(string name) => _byName.Contains(name);

    /// <summary>True if the instance owns the name: the TXT record is at the expected name, and has only its owner.</summary>
    public bool AreOf(RecordWriter writer, string name) => _byName[name].Any(record =>
    {
        var key = (record.Zone.Instance, record.Zone.Zone, writer.TxtPrefix);
        if (!_owned.TryGetValue(key, out var zone))
        {
            zone = _owned[key] = new OwnedZone(record.Zone.Records, writer.TxtPrefix.Length == 0 ? null : writer.TxtPrefix);
        }

        var owners = zone.OwnersOf(name + ".", record.Type);
        return !owners.IsEmpty && owners.All(writer.Takes);
    });
}
