namespace PlatformGitOps.Generator.Backup;

/// <summary>A record of a zone, in the text of RFC 1035.</summary>
/// <param name="Name">In lower case, with a dot at its end.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Type">For example <c>A</c>.</param>
/// <param name="Data">As the server wrote it.</param>
internal sealed partial record ZoneRecord(string Name, long Ttl, string Type, string Data)
{
    /// <summary>One line of a zone file.</summary>
    public override string ToString() => $"{Name} {Ttl} IN {Type} {Data}";

    /// <summary>
    /// The records of a text with one on each line, as kdig and this class write it. The first record of a transfer is there twice.
    /// </summary>
    public static ImmutableArray<ZoneRecord> Read(string text) =>
    [
        .. text.Split('\n').Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => new ZoneRecord(
                match.Groups["name"].Value.ToLowerInvariant(),
                long.Parse(match.Groups["ttl"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
                match.Groups["type"].Value.ToUpperInvariant(),
                match.Groups["data"].Value))
            .Distinct(),
    ];

    [GeneratedRegex(@"^(?<name>[^\s;]\S*)\s+(?<ttl>\d{1,10})\s+IN\s+(?<type>[A-Za-z0-9]+)\s+(?<data>.*\S)\s*\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}

/// <summary>A zone with the owners that External-DNS wrote beside its records.</summary>
internal sealed partial class OwnedZone
{
    private readonly ILookup<string, string> _owners;
    private readonly string? _prefix;

    /// <param name="records">The whole zone.</param>
    /// <param name="txtPrefix">The instance's, null for none.</param>
    public OwnedZone(ImmutableArray<ZoneRecord> records, string? txtPrefix)
    {
        _prefix = txtPrefix;
        var apex = records.FirstOrDefault(record => record.Type == "SOA")?.Name;
        Delegations = [.. records.Where(record => record.Type == "NS" && apex is not null && record.Name != apex)
            .Select(record => record.Name.TrimEnd('.')).Distinct().Order(StringComparer.Ordinal)];
        Records = [.. records.Where(record => record.Type != "SOA" && !IsOwnership(record))];
        Ownerships = [.. records.Where(IsOwnership)];
        _owners = Ownerships.ToLookup(record => record.Name, record => Owner().Match(record.Data).Groups[1].Value);
    }

    /// <summary>Without the SOA record and without what says who owns.</summary>
    public ImmutableArray<ZoneRecord> Records { get; }

    /// <summary>Zones below this one, as its NS records name them; none where the SOA record is not among the records.</summary>
    public ImmutableArray<string> Delegations { get; }

    /// <summary>The TXT records that say who owns.</summary>
    public ImmutableArray<ZoneRecord> Ownerships { get; }

    /// <summary>Who owns the records of a type at a name; several while an owner is changed, none for records of nobody.</summary>
    public ImmutableArray<string> OwnersOf(string name, string type) =>
        [.. OwnershipNames(name, type).Select(at => _owners[at]).FirstOrDefault(owners => owners.Any()) ?? []];

    /// <summary>What an owner has: its records, and the TXT records that say so.</summary>
    public ImmutableArray<ZoneRecord> Of(string owner)
    {
        var own = Records.Where(record => OwnersOf(record.Name, record.Type).Contains(owner)).ToArray();
        var names = own.SelectMany(record => OwnershipNames(record.Name, record.Type)).ToHashSet(StringComparer.Ordinal);
        var said = Ownerships.Where(record => names.Contains(record.Name) && Owner().Match(record.Data).Groups[1].Value == owner);
        return [.. own.Concat(said).Select(record => (record, text: record.ToString())).OrderBy(pair => pair.text, StringComparer.Ordinal)
            .Select(pair => pair.record)];
    }

    /// <summary>
    /// The names of the TXT records of External-DNS's registry: with the type, since 0.12; without it before (affix_mapper.go).
    /// </summary>
    private IEnumerable<string> OwnershipNames(string name, string type)
    {
        const string Template = "%{record_type}";
        var word = type.ToLowerInvariant();
        var prefix = _prefix?.Replace(Template, word) ?? "";
        yield return _prefix?.Contains(Template) == true ? prefix + name : $"{prefix}{word}-{name}";
        yield return _prefix?.Replace(Template, "") + name;
    }

    private static bool IsOwnership(ZoneRecord record) => record.Type == "TXT" && Owner().IsMatch(record.Data);

    [GeneratedRegex(@"^""heritage=external-dns,(?:[^""]*,)?external-dns/owner=([^,""]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Owner();
}
