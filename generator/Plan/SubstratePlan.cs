using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The effect of the next upgrade.sh on one zone, record set, key or file of the hosts.</summary>
/// <param name="Kind">Create, Change, Replace or Prune.</param>
/// <param name="What">For example <c>record etcd.globular.internal A</c>.</param>
/// <param name="Reason">The values, or the effect on clients; null if the kind is enough.</param>
/// <param name="EndangersDns">True if names no longer resolve, or a program can no longer write its zone.</param>
public sealed record SubstrateChange(ChangeKind Kind, string What, string? Reason, bool EndangersDns = false);

/// <summary>The changes on the hosts of one substrate.</summary>
/// <param name="Substrate">Its name.</param>
/// <param name="Note">A note about the whole substrate, or null.</param>
/// <param name="Changes">In the order of severity, then of names.</param>
public sealed partial record SubstratePlan(string Substrate, string? Note, ImmutableArray<SubstrateChange> Changes)
{
    private const string Top = "substrate";

    private const string ZoneFolder = "dns/zones/";
    private const string Alias = " CNAME";

    /// <summary>The children whose records go with them.</summary>
    internal ImmutableArray<ChildZone> GoneChildren { get; init; } = [];

    /// <summary>Null where the substrate comes or leaves.</summary>
    internal SubstrateHosts? Hosts { get; init; }

    public bool EndangersDns => Changes.Any(change => change.EndangersDns);

    /// <summary>One plan for each substrate of either tree, by name.</summary>
    internal static ImmutableArray<SubstratePlan> Between(SourceTree before, SourceTree after, SubstrateWriters writers) =>
    [
        .. before.FilesBelow(Top).Concat(after.FilesBelow(Top)).Select(path => path.Split('/')).Where(path => path.Length > 2)
            .Select(path => path[1]).Distinct().Order(StringComparer.Ordinal)
            .Select(name => Of(name, Side.Of(before, name), Side.Of(after, name), writers)),
    ];

    private static SubstratePlan Of(string name, Side before, Side after, SubstrateWriters writers) =>
        before.Files.Count == 0 ? new(name, "is new.", [])
        : after.Files.Count == 0
            ? new(name, "no longer has a folder: its hosts serve on, without upgrades, until remove.sh is run there.", [])
        : new(name, null,
        [
            .. Servers(before, after).Concat(Zones(before, after, writers)).Concat(Records(before, after))
                .Concat(Keys(before, after, writers)).Concat(Files(before, after))
                .OrderBy(change => change.Kind).ThenBy(change => change.What, StringComparer.Ordinal),
        ])
        {
            GoneChildren = [.. before.Children.Where(zone => !after.Zones.ContainsKey(zone.Zone))
                .Select(zone => zone with { Substrate = name })],
            Hosts = new(name, before.Hosts,
                before.Setting("server") == after.Setting("server") && after.Primary.All(address => before.Hosts.Contains(address))
                    ? after.Primary : [],
                [.. before.Listed("child_zones").Intersect(after.Listed("child_zones"))]),
        };

    private static IEnumerable<SubstrateChange> Servers(Side before, Side after)
    {
        if (Differs("server") is var (old, now))
        {
            yield return new(ChangeKind.Replace, "server", $"{old} -> {now}: records that programs wrote stay with {old}. Take a backup "
                + "first, and write them again.", EndangersDns: true);
        }

        if (Differs("primary_addresses") is var (from, to))
        {
            yield return new(ChangeKind.Replace, "primary", $"{from} -> {to}: " + (to == before.Setting("secondary_addresses")
                ? "the former secondary has the records, and the keys of the children are on the old host. Copy them first "
                    + $"({Docs.Page("substrate.md#promoting-the-secondary")})."
                : "keys and the records that programs wrote are on the old host. Restore a snapshot of it on the new one."),
                EndangersDns: true);
        }

        if (Differs("secondary_addresses") is var (left, right))
        {
            yield return new(ChangeKind.Change, "secondary", $"{left} -> {right}");
        }

        (string, string)? Differs(string key) =>
            before.Setting(key) is { } one && after.Setting(key) is { } other && one != other ? (one, other) : null;
    }

    private static IEnumerable<SubstrateChange> Zones(Side before, Side after, SubstrateWriters writers) =>
        before.Zones.Keys.Except(after.Zones.Keys).Select(zone => new SubstrateChange(ChangeKind.Prune, $"zone {zone}",
            before.Children.FirstOrDefault(child => child.Zone == zone) is { } gone
                ? $"no name in it resolves, those that {SubstrateWriters.Names(writers.Before(gone)) ?? "its program"} wrote included"
                    + (SubstrateWriters.Names(writers.After(gone)) is { } still ? $"; the server refuses further updates of {still}" : "")
                : "no name in it resolves", EndangersDns: true))
        .Concat(after.Zones.Keys.Except(before.Zones.Keys).Select(zone => new SubstrateChange(ChangeKind.Create, $"zone {zone}", null)));

    /// <summary>Record sets of the zones that stay. Records of the SOA and of a child's program belong to the server.</summary>
    private static IEnumerable<SubstrateChange> Records(Side before, Side after)
    {
        foreach (var zone in before.Zones.Keys.Intersect(after.Zones.Keys))
        {
            var (old, now) = (before.Zones[zone], after.Zones[zone]);
            foreach (var change in old.Keys.Union(now.Keys).Select(set => RecordSet(set, old, now)))
            {
                if (change is not null)
                {
                    yield return change;
                }
            }
        }
    }

    private static SubstrateChange? RecordSet(string set, Dictionary<string, string> old, Dictionary<string, string> now)
    {
        var (name, isAlias) = (set.Split(' ')[0], set.EndsWith(Alias, StringComparison.Ordinal));
        switch (old.GetValueOrDefault(set), now.GetValueOrDefault(set))
        {
            case var (before, after) when before == after:
                return null;
            case (null, var made):
                return new(ChangeKind.Create, $"record {set}", made);
            case ({ } from, { } to) when isAlias:
                return new(ChangeKind.Change, $"alias {name}",
                    $"{from} -> {to}: clients follow within {SubstrateZones.AliasTtl} s. Keep {from} for that long.");
            case ({ } from, { } to):
                return new(ChangeKind.Change, $"record {set}", $"{from} -> {to}");
            case ({ } gone, null) when now.TryGetValue(name + Alias, out var target):
                return new(ChangeKind.Change, $"record {set}", $"{gone} -> alias of {target}");
            case ({ } gone, null) when isAlias && now.Keys.Any(other => other.StartsWith(name + ' ', StringComparison.Ordinal)):
                return new(ChangeKind.Change, $"alias {name}", $"was {gone}; the name has its own records again");
            case ({ } gone, null):
                var alias = old.FirstOrDefault(other =>
                    other.Key.EndsWith(Alias, StringComparison.Ordinal) && other.Value == name + '.').Key;
                return new(ChangeKind.Prune, $"record {set}", alias is null ? $"was {gone}"
                    : $"was {gone}, and the target of {alias[..^Alias.Length]}: clients come here for {SubstrateZones.AliasTtl} s more. "
                        + "Remove it in a later change.", EndangersDns: true);
        }
    }

    /// <summary>The keys of the children that stay; the transfer key has the name of the zone.</summary>
    private static IEnumerable<SubstrateChange> Keys(Side before, Side after, SubstrateWriters writers)
    {
        foreach (var child in before.Children)
        {
            var zone = child.Zone;
            if (before.ChildKeys.GetValueOrDefault(zone) is not { } old
                || after.ChildKeys.GetValueOrDefault(zone) is not { } now || now == old)
            {
                continue;
            }

            var renamed = now.Split(':')[0] != old.Split(':')[0];
            // Those that are delivered with the new name or algorithm, while the Secret has the former key.
            var instances = SubstrateWriters.Names(writers.After(child).Where(writer => writer.Key == now));
            yield return (renamed, instances) switch
            {
                (true, _) => new(ChangeKind.Replace, $"key of {zone}", $"{old} -> {now}: "
                    + (instances is null ? "updates are refused until the program has the new key"
                        : $"updates of {instances} are refused until its Secret has the new key"), EndangersDns: true),
                (false, null) => new(ChangeKind.Change, $"key of {zone}", $"{old} -> {now}: an installed key stays as it is. For the new "
                    + "algorithm delete its file on the primary, run upgrade.sh, and give the program the new key."),
                _ => new(ChangeKind.Replace, $"key of {zone}",
                    $"{old} -> {now}: an installed key stays as it is, so updates of {instances} are "
                        + "refused until you delete its file on the primary, run upgrade.sh, and bring the new key into the Secret",
                    EndangersDns: true),
            };
        }
    }

    private static IEnumerable<SubstrateChange> Files(Side before, Side after) =>
        before.Files.Keys.Union(after.Files.Keys)
            .Where(path => !path.EndsWith(".zone", StringComparison.Ordinal) && before.Files.GetValueOrDefault(path) is var old
                && after.Files.GetValueOrDefault(path) != old)
            .Select(path => new SubstrateChange(
                !after.Files.ContainsKey(path) ? ChangeKind.Prune : before.Files.ContainsKey(path) ? ChangeKind.Change : ChangeKind.Create,
                $"file {path}", null));

    [GeneratedRegex(@"^([a-z_]+)='([^']*)'\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    /// <summary>A substrate's folder in one tree.</summary>
    /// <param name="Files">The text of each file, by its path below the folder.</param>
    /// <param name="Zones">By name: the data of each record set, by its owner and type.</param>
    /// <param name="Settings">The variables of scripts/settings.sh.</param>
    private sealed record Side(
        IReadOnlyDictionary<string, string> Files, IReadOnlyDictionary<string, Dictionary<string, string>> Zones,
        IReadOnlyDictionary<string, string> Settings)
    {
        /// <summary>Name and algorithm of the key of each child zone; the first one where a hand edit has a zone twice.</summary>
        public Dictionary<string, string> ChildKeys => Listed("child_zones").Zip(Listed("child_keys"))
            .DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second);

        /// <summary>The child zones, at the addresses of both hosts.</summary>
        public IEnumerable<ChildZone> Children => Listed("child_zones").Distinct().Select(zone =>
            new ChildZone("", zone, Hosts));

        public ImmutableArray<string> Primary => [.. Listed("primary_addresses")];

        /// <summary>The addresses of both hosts.</summary>
        public ImmutableArray<string> Hosts => [.. Primary, .. Listed("secondary_addresses")];

        public static Side Of(SourceTree tree, string substrate)
        {
            var folder = $"{Top}/{substrate}";
            var files = tree.FilesBelow(folder)
                .ToDictionary(path => path[(folder.Length + 1)..], path => Encoding.UTF8.GetString(tree.Read(path)!));
            return new Side(
                files,
                files.Where(file => file.Key.StartsWith(ZoneFolder, StringComparison.Ordinal)
                        && file.Key.EndsWith(".zone", StringComparison.Ordinal) && !file.Key[ZoneFolder.Length..].Contains('/'))
                    .ToDictionary(file => Path.GetFileNameWithoutExtension(file.Key), file => Sets(file.Value)),
                Assignment().Matches(files.GetValueOrDefault("dns/scripts/settings.sh", ""))
                    .GroupBy(match => match.Groups[1].Value).ToDictionary(key => key.Key, key => key.Last().Groups[2].Value));
        }

        public string? Setting(string key) => Settings.GetValueOrDefault(key);

        public string[] Listed(string key) => Setting(key)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

        /// <summary>Each line is one record: owner, TTL, class, type, data.</summary>
        private static Dictionary<string, string> Sets(string zone) => zone.Split('\n', StringSplitOptions.TrimEntries)
            .Select(line => line.Split((char[]?)null, 5, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 5 && words[0][0] != ';' && words[3] != "SOA")
            .GroupBy(words => $"{words[0].TrimEnd('.')} {words[3]}", StringComparer.Ordinal)
            .ToDictionary(set => set.Key, set => string.Join(", ", set.Select(words => words[4]).Order(StringComparer.Ordinal)));
    }
}
