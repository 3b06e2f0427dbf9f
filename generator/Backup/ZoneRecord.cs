namespace PlatformGitOps.Generator.Backup;

/// <summary>A record of a zone, in the text of RFC 1035.</summary>
/// <param name="Name">In lower case, with a trailing dot.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Type">For example <c>A</c>.</param>
/// <param name="Data">In the server's format.</param>
internal sealed partial record ZoneRecord(string Name, long Ttl, string Type, string Data)
{
    /// <summary>One line of a zone file.</summary>
    public override string ToString() => $"{Name} {Ttl} IN {Type} {Data}";

    /// <summary>
    /// Reads records, one on each line, as kdig and this class write them. A transfer repeats its first record at the end.
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

/// <summary>A zone, and the owners in the TXT records of External-DNS.</summary>
internal sealed partial class OwnedZone
{
    private readonly ILookup<string, string> _owners;
    private readonly string? _prefix;

    /// <param name="records">All records of the zone.</param>
    /// <param name="txtPrefix">The instance's TXT prefix; null for none.</param>
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

    /// <summary>The records without SOA and without ownership TXT records.</summary>
    public ImmutableArray<ZoneRecord> Records { get; }

    /// <summary>The subzones that NS records delegate; empty if the SOA record is missing.</summary>
    public ImmutableArray<string> Delegations { get; }

    /// <summary>The TXT records with owners.</summary>
    public ImmutableArray<ZoneRecord> Ownerships { get; }

    /// <summary>The owners of the records of a type at a name; several during a change of the owner, empty if nobody owns them.</summary>
    public ImmutableArray<string> OwnersOf(string name, string type) =>
        [.. OwnershipNames(name, type).Select(at => _owners[at]).FirstOrDefault(owners => owners.Any()) ?? []];

    /// <summary>The records of an owner, and their ownership TXT records.</summary>
    public ImmutableArray<ZoneRecord> Of(string owner)
    {
        var own = Records.Where(record => OwnersOf(record.Name, record.Type).Contains(owner)).ToArray();
        var names = own.SelectMany(record => OwnershipNames(record.Name, record.Type)).ToHashSet(StringComparer.Ordinal);
        var said = Ownerships.Where(record => names.Contains(record.Name) && Owner().Match(record.Data).Groups[1].Value == owner);
        return [.. own.Concat(said).Select(record => (record, text: record.ToString())).OrderBy(pair => pair.text, StringComparer.Ordinal)
            .Select(pair => pair.record)];
    }

    /// <summary>
    /// The names of the TXT records of External-DNS's registry: with the type since 0.12, without it before (affix_mapper.go).
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
