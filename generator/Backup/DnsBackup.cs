namespace PlatformGitOps.Generator.Backup;

/// <summary>A folder is not a backup, or cannot be read or written; the message is for users.</summary>
internal sealed class BackupException(string message) : Exception(message);

/// <summary>
/// What a cluster needs, besides its tree, to restore its DNS: its definition, the objects that request names, and External-DNS's records
/// in the zones. It has no timestamps and no secrets: the same state gives the same text.
/// </summary>
internal sealed record DnsBackup
{
    public const string Index = "backup.yaml";

    /// <summary>The namespaces of the objects: without them an empty cluster refuses the objects.</summary>
    public const string Namespaces = "namespaces.yaml";

    private const string Format = "1";
    private const string DefinitionFile = "platform.yaml";
    private const string Objects = "objects";
    private const string Zones = "zones";

    private static readonly string FirstLine =
        $"Written by platform-gitops backup; restore compares a cluster with it ({Docs.Page("backup.md")}).";

    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The commit that was checked out; null outside of a git repository.</summary>
    public string? Commit { get; init; }

    /// <summary>The text of the definition.</summary>
    public required string DefinitionText { get; init; }

    /// <summary>The DNS address of pods; null if the cluster has no Service <c>kube-dns</c>.</summary>
    public string? DnsAddress { get; init; }

    public required ImmutableArray<Manifest> Published { get; init; }

    public required ImmutableArray<BackedUpZone> ZoneRecords { get; init; }

    /// <summary>Instances of External-DNS whose zones a transfer cannot read, with the reason.</summary>
    public ImmutableArray<(string Instance, string Reason)> NotRead { get; init; } = [];

    /// <summary>A backup of the current state.</summary>
    public static DnsBackup Of(Cluster cluster, LiveState state, string? commit, string definition)
    {
        var instances = PublishedObjects.Instances(cluster);
        return new DnsBackup
        {
            Cluster = cluster.Name.Text,
            Commit = commit,
            DefinitionText = definition,
            DnsAddress = state.DnsAddress,
            Published = state.Published,
            ZoneRecords =
            [
                .. from instance in instances
                   let isRead = LiveReader.WhyNotRead(instance) is null
                   from zone in isRead ? LiveReader.Zones(instance) : Exported(instance.Name.Text)
                   where state.Zones.ContainsKey((instance.Name.Text, zone))
                   let owner = instance.OwnerId?.Text ?? cluster.Name.Text
                   let now = state.Zones[(instance.Name.Text, zone)]
                   select new BackedUpZone(instance.Name.Text, zone, owner, now.Of(owner)) { Delegations = isRead ? [] : now.Delegations },
            ],
            NotRead =
            [
                .. instances.Where(instance => !Exported(instance.Name.Text).Any())
                    .Select(instance => (instance.Name.Text, Reason: LiveReader.WhyNotRead(instance)))
                    .Where(pair => pair.Reason is not null).Select(pair => (pair.Text, pair.Reason!)),
            ],
        };

        IEnumerable<string> Exported(string instance) =>
            state.Zones.Keys.Where(key => key.Instance == instance).Select(key => key.Zone).Order(StringComparer.Ordinal);
    }

    /// <summary>The texts of the files, by their paths in the folder.</summary>
    public IEnumerable<KeyValuePair<string, string>> Files()
    {
        yield return new(Index, YamlWriter.Write(FirstLine, new Mapping
        {
            { "format", new Scalar(Format) },
            { "cluster", Cluster },
            { "commit", Commit },
            { "dnsAddress", DnsAddress },
            { "objects", Published.Length },
            { "zones", Sequence.Of(ZoneRecords.Select(zone => new Mapping
                {
                    { "instance", zone.Instance }, { "zone", zone.Zone }, { "owner", zone.Owner }, { "records", zone.Records.Length },
                    { "delegations", zone.Delegations.IsEmpty ? null : Sequence.Of(zone.Delegations.Select(name => new Scalar(name))) },
                }))
            },
            { "notRead", Sequence.Of(NotRead.Select(entry => new Mapping
                {
                    { "instance", entry.Instance }, { "reason", entry.Reason },
                }))
            },
        }));
        yield return new(DefinitionFile, DefinitionText);
        var namespaces = Published.Select(resource => resource.Namespace).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        yield return new(Namespaces, YamlWriter.Write(FirstLine, [.. namespaces.Select(name => new Mapping
        {
            { "apiVersion", "v1" }, { "kind", "Namespace" }, { "metadata", new Mapping { { "name", name } } },
        })]));
        foreach (var kind in Published.GroupBy(resource => resource.Kind, StringComparer.Ordinal))
        {
            var text = YamlWriter.Write(FirstLine, [.. kind.Select(resource => resource.Body)]);
            yield return new($"{Objects}/{kind.Key.ToLowerInvariant()}.yaml", SecretText.Redact(text));
        }

        foreach (var zone in ZoneRecords)
        {
            yield return new($"{Zones}/{zone.Instance}/{zone.Zone}.zone",
                $"; {zone.Zone}: what '{zone.Owner}' owns.\n{string.Concat(zone.Records.Select(record => $"{record}\n"))}");
        }
    }

    /// <summary>Reads the files of a folder.</summary>
    /// <param name="files">The texts, by their paths in the folder.</param>
    /// <exception cref="BackupException">They are not a backup.</exception>
    public static DnsBackup Read(IReadOnlyDictionary<string, string> files)
    {
        var index = Documents(files, Index) is [Mapping only] ? only : throw new BackupException($"{Index} is not a mapping.");
        if (index.TextAt("format") is var format && format != Format)
        {
            throw new BackupException($"{Index} has the format '{Printable.Of(format ?? "")}'; this program reads {Format}.");
        }

        if (index["zones"] is not (null or Sequence))
        {
            throw new BackupException($"'zones' in {Index} is not a list.");
        }

        var objects = files.Keys.Where(path => path.StartsWith(Objects + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .SelectMany(path => Documents(files, path).Select(body => ReadObject(body, path))).ToImmutableArray();
        // Older backups have no counts.
        if (index["objects"] is not null && Text(index, "objects") is var count
            && objects.Length.ToString(CultureInfo.InvariantCulture) != count)
        {
            throw new BackupException($"{Objects}/ has {objects.Length} objects, and {Index} says {Printable.Of(count)}: "
                + "the backup is not whole.");
        }

        return new DnsBackup
        {
            Cluster = Text(index, "cluster"),
            Commit = index.TextAt("commit"),
            DefinitionText = Content(files, DefinitionFile),
            DnsAddress = index.TextAt("dnsAddress"),
            Published = objects,
            ZoneRecords = [.. index.MappingsAt("zones").Select(zone => ReadZone(zone, files))],
        };
    }

    private static Manifest ReadObject(Node node, string path) =>
        node is Mapping body && body.TextAt("kind") is not null && body.TextAt("metadata", "name") is not null ? new Manifest(body, "")
            : throw new BackupException($"'{Printable.Of(path)}' holds something else than objects with kind and name: "
                + "the backup is not whole.");

    private static BackedUpZone ReadZone(Mapping zone, IReadOnlyDictionary<string, string> files)
    {
        var (instance, name, count) = (Text(zone, "instance"), Text(zone, "zone"), Text(zone, "records"));
        var path = $"{Zones}/{instance}/{name}.zone";
        var records = ZoneRecord.Read(Content(files, path));
        return records.Length.ToString(CultureInfo.InvariantCulture) == count
            ? new BackedUpZone(instance, name, Text(zone, "owner"), records)
            {
                Delegations = [.. zone.ItemsAt("delegations").OfType<Scalar>().Select(one => one.Value)],
            }
            : throw new BackupException(
                $"'{Printable.Of(path)}' has {records.Length} records, and {Index} says {Printable.Of(count)}: the backup is not whole.");
    }

    private static string Text(Mapping mapping, string key) => mapping.TextAt(key) ?? throw new BackupException($"{Index} has no '{key}'.");

    private static string Content(IReadOnlyDictionary<string, string> files, string path) =>
        files.GetValueOrDefault(path) ?? throw new BackupException($"'{Printable.Of(path)}' is missing: the backup is not whole.");

    private static ImmutableArray<Node> Documents(IReadOnlyDictionary<string, string> files, string path)
    {
        var text = YamlReader.Read(path, Content(files, path), YamlOptions.Tree);
        return text.Findings is [var finding, ..] ? throw new BackupException(finding.ToString()) : text.Documents;
    }
}

/// <summary>The records of one owner in a zone.</summary>
internal sealed record BackedUpZone(string Instance, string Zone, string Owner, ImmutableArray<ZoneRecord> Records)
{
    /// <summary>Subzones that an exported zone delegates: the instance may have records there that were not read.</summary>
    public ImmutableArray<string> Delegations { get; init; } = [];
}
