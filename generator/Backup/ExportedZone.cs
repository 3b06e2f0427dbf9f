using System.Text.Json;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.ZoneFiles;

namespace PlatformGitOps.Generator.Backup;

/// <summary>
/// A zone of a provider without zone transfers, from a file exported with the provider's tool: a master file (RFC 1035), or the output of
/// <c>aws route53 list-resource-record-sets</c>.
/// </summary>
/// <param name="Zone">The name without a trailing dot.</param>
/// <param name="Records">All records.</param>
internal sealed partial record ExportedZone(string Zone, ImmutableArray<ZoneRecord> Records)
{
    public const string Option = "--zone-file";

    private const int MostBytes = 256 * 1024 * 1024;

    // Types whose data ends with a name.
    private static readonly string[] Naming = ["CNAME", "NS", "PTR", "MX", "SRV"];

    /// <summary>The zones of an instance, from its files.</summary>
    /// <param name="instance">An instance without zone transfers.</param>
    /// <param name="files">Entries <c>INSTANCE=FILE</c>.</param>
    /// <exception cref="ZoneTransferException">A file is not a zone, or its zone is not in the instance's domains.</exception>
    public static IEnumerable<ExportedZone> Of(DnsInstance instance, IEnumerable<string> files)
    {
        foreach (var file in files.Where(entry => entry.StartsWith($"{instance.Name}=", StringComparison.Ordinal))
            .Select(entry => entry[(instance.Name.Text.Length + 1)..]))
        {
            var zone = Read(Text(file), file);
            if (!instance.Domains.Any(domain => DomainName.IsIn(zone.Zone, domain.Text) || DomainName.IsIn(domain.Text, zone.Zone)))
            {
                throw Problem(file, $"it has the zone '{zone.Zone}', in which the instance '{instance.Name}' writes no name",
                    "Name the instance whose domainFilters have this zone.");
            }

            yield return zone with { Records = [.. zone.Records.Select(record => WithLegacyOwner(record, zone, instance.TxtPrefix))] };
        }
    }

    /// <summary>Checks that the entries name instances of the cluster without zone transfers.</summary>
    /// <exception cref="ZoneTransferException">An entry does not.</exception>
    public static void Check(IReadOnlyCollection<DnsInstance> instances, IEnumerable<string> files)
    {
        foreach (var entry in files)
        {
            var name = entry.Split('=')[0];
            if (name == entry || instances.FirstOrDefault(one => one.Name.Text == name) is not { } instance)
            {
                throw new ZoneTransferException($"'{Option} {Printable.Of(entry)}' names no instance of the cluster. "
                    + (instances.Count == 0 ? "It has no instance of External-DNS: leave the option away."
                        : $"Write {Option} INSTANCE=FILE, with one of {string.Join(", ", instances.Select(one => one.Name))}."));
            }

            if (LiveReader.WhyNotRead(instance) is null)
            {
                throw new ZoneTransferException($"The zones of the instance '{name}' are read by transfers. Leave '{Option} "
                    + $"{Printable.Of(entry)}' away.");
            }
        }
    }

    /// <param name="text">The text of the file.</param>
    /// <param name="file">The name of the file in messages.</param>
    /// <exception cref="ZoneTransferException">It is not a complete zone.</exception>
    public static ExportedZone Read(string text, string file)
    {
        var records = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('{') ? Route53(text, file) : MasterFile(text, file);
        var zones = records.Where(record => record.Type == "SOA").Select(record => record.Name.TrimEnd('.')).Distinct().ToArray();
        return zones is [var zone] ? new ExportedZone(zone, records)
            : throw Problem(file, $"it has {zones.Length} SOA records, and a zone has one",
                $"Export each zone into a file of its own ({Docs.Page("backup.md")}).");
    }

    private static ImmutableArray<ZoneRecord> Route53(string text, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.TryGetProperty("NextToken", out _)
                || (root.TryGetProperty("IsTruncated", out var truncated) && truncated.ValueKind == JsonValueKind.True))
            {
                throw Problem(file, "it ends in the middle of the zone", "Export it again, without --max-items.");
            }

            return
            [
                .. from set in root.GetProperty("ResourceRecordSets").EnumerateArray()
                   let name = Name(set.GetProperty("Name").GetString()!)
                   let type = set.GetProperty("Type").GetString()!
                   let ttl = set.TryGetProperty("TTL", out var seconds) ? seconds.GetInt64() : 0
                   from value in set.TryGetProperty("AliasTarget", out var alias) ? [alias.GetProperty("DNSName").GetString()!]
                       : set.GetProperty("ResourceRecords").EnumerateArray().Select(one => one.GetProperty("Value").GetString()!)
                   select new ZoneRecord(name, ttl, type, value),
            ];
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Problem(file, $"it is not what 'aws route53 list-resource-record-sets' prints ({Printable.Of(exception.Message)})",
                $"Export it with --output json ({Docs.Page("backup.md")}).");
        }
    }

    /// <summary>Route 53 writes special characters as octal numbers: <c>\052</c> is an asterisk.</summary>
    private static string Name(string text) => Octal().Replace(text.ToLowerInvariant(),
        match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString(CultureInfo.InvariantCulture));

    private static ImmutableArray<ZoneRecord> MasterFile(string text, string file)
    {
        var tokens = new MasterFileTokens(text);
        var records = ImmutableArray.CreateBuilder<ZoneRecord>();
        var (origin, owner, standard) = (".", "", 0L);
        while (tokens.Read())
        {
            string[] words = [.. tokens.Words.Select(word => word.IsQuoted ? $"\"{tokens[word]}\"" : tokens[word].ToString())];
            if (tokens.Unclosed is not null || words.Length < 2)
            {
                throw Wrong(tokens.Unclosed ?? tokens.Words[0].Start, "an entry is not whole");
            }

            if (!tokens.HasNoOwner && words[0].StartsWith('$'))
            {
                _ = words[0].ToUpperInvariant() switch
                {
                    "$ORIGIN" => origin = Absolute(words[1], origin),
                    "$TTL" when long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out standard) => "",
                    _ => throw Wrong(tokens.Words[0].Start, $"the directive '{Printable.Of(words[0])}' is not read"),
                };
                continue;
            }

            var next = tokens.HasNoOwner ? 0 : 1;
            owner = tokens.HasNoOwner ? owner : Absolute(words[0], origin);
            var ttl = standard;
            for (; next < words.Length; next++)
            {
                if (long.TryParse(words[next], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                {
                    ttl = seconds;
                }
                else if (!words[next].Equals("IN", StringComparison.OrdinalIgnoreCase))
                {
                    break;
                }
            }

            if (next >= words.Length - 1 || owner.Length == 0 || !TypeName().IsMatch(words[next]))
            {
                throw Wrong(tokens.Words[0].Start, "a line is not [name] [seconds] [IN] TYPE VALUE");
            }

            var type = words[next].ToUpperInvariant();
            var data = words[(next + 1)..];
            if (Naming.Contains(type))
            {
                data[^1] = Absolute(data[^1], origin);
            }

            records.Add(new ZoneRecord(owner, ttl, type, string.Join(' ', data)));
        }

        return records.ToImmutable();

        ZoneTransferException Wrong(int at, string what) => Problem(file,
            $"line {tokens.PositionOf(at).Line}: {what}", $"Export the zone again as a master file ({Docs.Page("backup.md")}).");
    }

    private static string Absolute(string name, string origin) => MasterFileName.Absolute(name, origin).ToLowerInvariant();

    /// <summary>
    /// Up to version 0.21 External-DNS wrote the owner of an alias to <c>cname-NAME</c>, and 0.22 still reads it: such an alias is kept as
    /// an alias.
    /// </summary>
    private static ZoneRecord WithLegacyOwner(ZoneRecord record, ExportedZone zone, string? prefix)
    {
        if (record.Type is not ("A" or "AAAA") || System.Net.IPAddress.TryParse(record.Data, out _))
        {
            return record;
        }

        var owned = new OwnedZone([.. zone.Records.Where(other => other.Type == "TXT")], prefix);
        return owned.OwnersOf(record.Name, record.Type).IsEmpty && !owned.OwnersOf(record.Name, "CNAME").IsEmpty
            ? record with { Type = "CNAME" } : record;
    }

    private static string Text(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: < MostBytes } ? File.ReadAllText(file, Encoding.UTF8)
                : throw Problem(file, "it does not exist, or is larger than a zone",
                    "Name the file that the provider's program wrote.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Problem(file, Printable.Of(exception.Message), "Name a file that you may read.");
        }
    }

    private static ZoneTransferException Problem(string file, string what, string fix) =>
        new($"'{Printable.Of(file)}' is not an exported zone: {what}. {fix}");

    [GeneratedRegex(@"\\([0-3][0-7]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();
}
