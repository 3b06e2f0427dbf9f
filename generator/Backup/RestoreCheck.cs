using PlatformGitOps.Generator.Apps.ExternalDns;

namespace PlatformGitOps.Generator.Backup;

/// <summary>The current state: the objects that publish names, and all zones.</summary>
/// <param name="DnsAddress">The address of <c>kube-dns</c>; null if it does not exist.</param>
/// <param name="Published">The objects, as a backup keeps them.</param>
/// <param name="Zones">By instance and zone, except zones that were not read.</param>
internal sealed record LiveState(
    string? DnsAddress, ImmutableArray<Manifest> Published, ImmutableDictionary<(string Instance, string Zone), OwnedZone> Zones)
{
    /// <summary>Objects with an annotation for External-DNS that no instance of the cluster reads.</summary>
    public ImmutableArray<(ResourceId Object, string Annotation)> Unread { get; init; } = [];
}

/// <summary>The parts of a backup that a cluster and its zones lack.</summary>
/// <param name="Findings">In the order of the backup.</param>
/// <param name="Objects">The number of objects that equal the backup.</param>
/// <param name="Records">The number of records that equal the backup.</param>
internal sealed record RestoreResult(ImmutableArray<Finding> Findings, int Objects, int Records)
{
    /// <summary>True if a record has no owner or another one: External-DNS never restores such a record.</summary>
    public bool Refused => Findings.Any(finding => finding.Rule is RestoreCheck.Foreign or RestoreCheck.OtherOwner);

    public bool Complete => Findings.All(finding => finding.Severity != Severity.Error);
}

/// <summary>Compares a cluster and its zones with a backup. It changes nothing.</summary>
internal static class RestoreCheck
{
    public const string Definition = "restore-definition";
    public const string Address = "restore-dns-address";
    public const string ObjectMissing = "restore-object-missing";
    public const string ObjectDiffers = "restore-object-differs";
    public const string Sync = "restore-sync";
    public const string ZoneUnread = "restore-zone-not-read";
    public const string RecordMissing = "restore-record-missing";
    public const string RecordDiffers = "restore-record-differs";
    public const string Foreign = "restore-record-foreign";
    public const string OtherOwner = "restore-record-owner";
    public const string Prefix = "restore-annotation-prefix";

    public static RestoreResult Compare(DnsBackup backup, LiveState live, Cluster cluster, string definition)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        if (definition != backup.DefinitionText)
        {
            findings.Add(Warning(Definition, "platform.yaml", "The definition is another one than in the backup.",
                backup.Commit is { } commit ? $"Compare with commit {commit}, or with platform.yaml of the backup."
                    : "Compare with platform.yaml of the backup."));
        }

        if (backup.DnsAddress is { } address && address != live.DnsAddress)
        {
            findings.Add(Error(Address, DnsBackup.Index,
                live.DnsAddress is null ? $"The Service kube-system/kube-dns does not exist; pods query {address}."
                    : $"The Service kube-system/kube-dns has the address {live.DnsAddress}; it was {address}.",
                live.DnsAddress is null ? $"Let Flux deliver the tree, or apply it ({Docs.Page("bootstrap.md")})."
                    : $"Check that kubectl talks to cluster {cluster.Name}. If it does, delete the Service and let Flux deliver the tree: "
                        + "an address cannot be changed."));
        }

        var objects = Objects(backup, live, cluster, findings);
        findings.AddRange(Unread(live, cluster, DnsBackup.Index));
        var records = backup.ZoneRecords.Sum(zone => Records(zone, live, cluster, findings));
        return new RestoreResult(findings.ToImmutable(), objects, records);
    }

    /// <summary>A warning for each object whose annotation has a prefix that no External-DNS instance reads.</summary>
    public static IEnumerable<Finding> Unread(LiveState live, Cluster cluster, string file)
    {
        var read = PublishedObjects.Instances(cluster).Select(instance => instance.AnnotationPrefix).Distinct().ToArray();
        return live.Unread.GroupBy(pair => pair.Object, pair => pair.Annotation).Select(pair => Warning(Prefix, file,
            $"{pair.Key.Title} has the annotation {pair.First()}, and External-DNS of cluster {cluster.Name} reads "
                + $"{string.Join(" and ", read)}: with 'policy: sync' it deletes what the object had.",
            $"Give the object both annotations, or set annotationPrefix in the definition ({Docs.Page("external-dns.md")})."));
    }

    private static int Objects(DnsBackup backup, LiveState live, Cluster cluster, ImmutableArray<Finding>.Builder findings)
    {
        var there = live.Published.DistinctBy(resource => resource.Id).ToDictionary(resource => resource.Id);
        var same = 0;
        var missing = new List<Manifest>();
        foreach (var resource in backup.Published)
        {
            var file = $"objects/{resource.Kind.ToLowerInvariant()}.yaml";
            if (!there.TryGetValue(resource.Id, out var now))
            {
                missing.Add(resource);
                findings.Add(Error(ObjectMissing, file, $"{resource.Id.Title} is not in the cluster, or requests no name.",
                    "Let its owner deliver it, or apply it from the backup."));
            }
            else if (PublishedObjects.Requested(resource, cluster) != PublishedObjects.Requested(now, cluster))
            {
                findings.Add(Error(ObjectDiffers, file, $"{resource.Id.Title} requests other names than in the backup.",
                    "Compare its annotations and hosts with those of the backup."));
            }
            else
            {
                same++;
            }
        }

        findings.AddRange(Deleting(missing, cluster));
        return same;
    }

    /// <summary>Instances that would delete the records of missing objects at their next run.</summary>
    private static IEnumerable<Finding> Deleting(IReadOnlyList<Manifest> missing, Cluster cluster) =>
        from instance in PublishedObjects.Instances(cluster)
        where instance is { Policy: DnsPolicy.Sync, DryRun: false }
        let names = missing.Where(resource => PublishedObjects.Reads(instance, resource)).Select(resource => resource.Id.Title).ToArray()
        where names.Length > 0
        select Error(Sync, "platform.yaml",
            $"The instance '{instance.Name}' has the policy sync and no dryRun: External-DNS deletes the records of "
                + $"{ListText.First(names, 3)}.",
            $"Set dryRun: true for the instance; remove it when restore ends with 0 ({Docs.Page("backup.md")}, steps 4 and 7).");

    private static int Records(BackedUpZone zone, LiveState live, Cluster cluster, ImmutableArray<Finding>.Builder findings)
    {
        var file = $"zones/{zone.Instance}/{zone.Zone}.zone";
        if (!live.Zones.TryGetValue((zone.Instance, zone.Zone), out var now))
        {
            var exported = PublishedObjects.Instances(cluster).Any(instance =>
                instance.Name.Text == zone.Instance && LiveReader.WhyNotRead(instance) is not null);
            var what = $"The zone '{zone.Zone}' of the instance '{zone.Instance}' was not read.";
            findings.Add(exported
                ? Warning(ZoneUnread, file, what,
                    $"Export it again: {ExportedZone.Option} {zone.Instance}=FILE ({Docs.Page("backup.md")}).")
                : Error(ZoneUnread, file, what,
                    "The definition has no such instance, or no transfer of this zone: compare it with platform.yaml of the backup."));
            return 0;
        }

        var same = 0;
        foreach (var set in new OwnedZone(zone.Records, null).Records.GroupBy(record => (record.Name, record.Type)))
        {
            var (name, type) = set.Key;
            var owners = now.OwnersOf(name, type);
            var found = now.Records.Where(record => record.Name == name && record.Type == type).ToHashSet();
            var said = $"{name} {type}";
            if (found.Count == 0)
            {
                findings.Add(Error(RecordMissing, file, $"{said} is not in the zone.",
                    "External-DNS writes it when its object is back; without the object, write it from the backup "
                        + $"({Docs.Page("backup.md")})."));
            }
            else if (owners.IsEmpty)
            {
                findings.Add(Error(Foreign, file, $"{said} is in the zone, but no TXT record names its owner: "
                    + $"External-DNS of '{zone.Owner}' does not change it.",
                    $"Write the TXT record from the backup if the record is yours ({Docs.Page("backup.md")}), or delete the record."));
            }
            else if (!owners.Contains(zone.Owner))
            {
                findings.Add(Error(OtherOwner, file, $"{said} belongs to '{string.Join("', '", owners)}', and not to '{zone.Owner}'.",
                    $"Find out which cluster writes it. To take it over, set migrateFromOwner ({Docs.Page("external-dns.md")})."));
            }
            else if (!found.SetEquals(set))
            {
                findings.Add(Warning(RecordDiffers, file, $"{said} has other data or another TTL than in the backup.",
                    "External-DNS writes what its object requests now."));
            }
            else
            {
                same += found.Count;
            }
        }

        return same;
    }

    private static Finding Error(string rule, string file, string message, string fix) =>
        new() { Rule = rule, File = file, Message = message, Fix = fix };

    private static Finding Warning(string rule, string file, string message, string fix) =>
        Error(rule, file, message, fix) with { Severity = Severity.Warning };
}
