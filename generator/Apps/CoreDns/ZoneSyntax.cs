using System.Net.Sockets;
using PlatformGitOps.Generator.ZoneFiles;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Checks zone files (RFC 1035 section 5) like the file plugin: with a bad one CoreDNS does not start, and a running one silently keeps its
/// old configuration.
/// </summary>
internal static partial class ZoneSyntax
{
    private const string Write = "Write 'NAME TTL IN TYPE VALUE'.";

    // The number of values of each type; negative means that many or more. Other types are not checked.
    private static readonly Dictionary<string, int> Values = """
        A 1, AAAA 1, CNAME 1, DNAME 1, NS 1, PTR 1, MX 2, SRV 4, SOA 7, TXT -1, SPF -1, CAA 3, HINFO -1, NAPTR 6, SSHFP -3, TLSA -4, DS -4,
        DNSKEY -4, SVCB -2, HTTPS -2, URI 3, LOC -4, RP 2, AFSDB 2, CDS -4, CDNSKEY -4, RRSIG -9, NSEC -1, NSEC3 -5, NSEC3PARAM 4,
        OPENPGPKEY -1, SMIMEA -4
        """.Split(',', StringSplitOptions.TrimEntries).Select(pair => pair.Split(' '))
        .ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    // The number of numeric values before a name or a text.
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.Ordinal) { ["MX"] = 1, ["SRV"] = 3 };

    private static readonly string[] OfOneName = ["CNAME", "DNAME", "NS", "PTR"];

    /// <summary>What is wrong, as the rest of a sentence, and what to write; null for a valid zone.</summary>
    public static (string Problem, string Fix)? Problem(string text)
    {
        if (text.Trim() is var word && !word.Any(char.IsWhiteSpace))
        {
            return ("is not a zone", "Write the zone's records themselves behind '|', not the name of a file.");
        }

        var (soa, defaultTtl, owner) = (0, false, false);
        foreach (var line in Lines(text))
        {
            if (line.Fault is { } broken)
            {
                return ($"has {broken} in its line {line.Number}", "Close it.");
            }

            if (line.Words[0].StartsWith('$'))
            {
                if (Directive(line) is { } directive)
                {
                    return directive;
                }

                defaultTtl |= line.Words[0] == "$TTL";
                continue;
            }

            if (!(owner |= !line.HasNoOwner))
            {
                return ($"has a first record without a name, in its line {line.Number}", $"Begin the line with '@'. {Write}");
            }

            if (Record(line, ref defaultTtl, ref soa) is { } problem)
            {
                return problem;
            }
        }

        return soa == 0 ? ("has no SOA record", "Begin the zone with one: '@ 60 IN SOA ns admin 1 7200 1800 86400 60'.") : null;
    }

    /// <summary>The name and line of a SOA record if the zone's own name has none; null if it has one.</summary>
    public static (string Name, int Line)? StrayAuthority(string text, DomainName zone)
    {
        var (origin, owner) = ($"{zone}.", $"{zone}.");
        (string, int)? stray = null;
        foreach (var line in Lines(text).Where(line => line.Words.Length > 0))
        {
            if (line.Words is ["$ORIGIN", var name, ..])
            {
                origin = Absolute(name);
            }

            if (line.Words[0].StartsWith('$'))
            {
                continue;
            }

            owner = line.HasNoOwner ? owner : Absolute(line.Words[0]);
            if (!line.Words.Skip(line.HasNoOwner ? 0 : 1).Take(3).Contains("SOA", StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (string.Equals(owner, $"{zone}.", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            stray ??= (owner.TrimEnd('.'), line.Number);
        }

        return stray;

        string Absolute(string name) => MasterFileName.Absolute(name, origin);
    }

    private static (string, string)? Directive(ZoneLine line) => line.Words switch
    {
        ["$ORIGIN", var name] when IsName(name) => null,
        ["$TTL", var ttl] when TtlForm().IsMatch(ttl) => null,
        ["$GENERATE", _, _, ..] => null,
        ["$INCLUDE", ..] => ($"includes a file in its line {line.Number}, and no pod has it", "Write the records of that file here."),
        _ => ($"has a line {line.Number} that is not a directive: '{line.Words[0]}'", "Write '$TTL SECONDS' or '$ORIGIN NAME'."),
    };

    private static (string, string)? Record(ZoneLine line, ref bool defaultTtl, ref int soa)
    {
        var words = line.Words.AsSpan();
        if (!line.HasNoOwner)
        {
            if (!IsName(words[0]))
            {
                return ($"has the name '{words[0]}' in its line {line.Number}, which is not one", Write);
            }

            words = words[1..];
        }

        var ttl = false;
        while (words.Length > 0 && (TtlForm().IsMatch(words[0]) || words[0].ToUpperInvariant() is "IN"))
        {
            ttl |= TtlForm().IsMatch(words[0]);
            words = words[1..];
        }

        if (words.Length == 0 || words[0].ToUpperInvariant() is var type && !Values.ContainsKey(type) && !TypeForm().IsMatch(type))
        {
            return ($"has no type of a record in its line {line.Number}{(words.Length == 0 ? "" : $": '{words[0]}'")}", Write);
        }

        type = words[0].ToUpperInvariant();
        soa += type == "SOA" ? 1 : 0;
        if (!ttl && !defaultTtl)
        {
            return ($"has a record without a TTL in its line {line.Number}, and nothing before it has one",
                "Begin the zone with '$TTL 60', or write a TTL behind the name.");
        }

        defaultTtl |= ttl;
        return Wrong(type, words[1..]) is not { } wrong ? null
            : ($"has the {type} record in its line {line.Number} with {wrong}", Form(type));
    }

    private static string? Wrong(string type, ReadOnlySpan<string> values)
    {
        if (Values.TryGetValue(type, out var count) && (count > 0 ? values.Length != count : values.Length < -count))
        {
            return ListText.Count(values.Length, "value");
        }

        switch (type)
        {
            case "A" or "AAAA":
                var family = type == "A" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
                return IpText.TryParse(values[0], out var address, out _) && address.AddressFamily == family
                    ? null : $"the address '{values[0]}'";
            case "MX" or "SRV":
                foreach (var number in values[..Numbers[type]])
                {
                    if (!ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        return $"the number '{number}'";
                    }
                }

                return IsName(values[^1]) ? null : $"the name '{values[^1]}'";
            case "SOA":
                if (!uint.TryParse(values[2], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    return $"the serial '{values[2]}', which is a number up to {uint.MaxValue}";
                }

                foreach (var number in values[3..])
                {
                    if (!TtlForm().IsMatch(number))
                    {
                        return $"the number '{number}'";
                    }
                }

                return IsName(values[0]) && IsName(values[1]) ? null : "a name that is not one";
            default:
                return !OfOneName.Contains(type) || IsName(values[0]) ? null : $"the name '{values[0]}'";
        }
    }

    private static string Form(string type) => type switch
    {
        "A" => "Write one IPv4 address.",
        "AAAA" => "Write one IPv6 address.",
        "MX" => "Write a preference and a name.",
        "SRV" => "Write priority, weight, port and a name.",
        "SOA" => "Write server, mailbox, serial, refresh, retry, expire and minimum.",
        "TXT" or "SPF" => "Write at least one text.",
        _ => "Write the values of its type.",
    };

    private static bool IsName(string word) => word is "@" or "."
        || (word.Length is > 0 and <= 254 && !word.Contains("..")
            && word[0] != '.' && word.TrimEnd('.').Split('.').All(label => label.Length is > 0 and <= 63));

    /// <summary>The entries, with parentheses joined to one line; the last entry if the text cannot be split.</summary>
    private static IEnumerable<ZoneLine> Lines(string text)
    {
        var tokens = new MasterFileTokens(text);
        var (number, counted) = (1, 0);
        while (tokens.Read())
        {
            var stray = tokens.Words.Find(word => !word.IsQuoted && tokens[word] is ")");
            if ((tokens.Unclosed ?? (stray.Length > 0 ? stray.Start : (int?)null)) is { } fault)
            {
                yield return Line(fault, [], text[fault] switch
                {
                    '"' => "a quote that is not closed",
                    '(' => "a '(' without its ')'",
                    _ => "a ')' without its '('",
                });
                yield break;
            }

            yield return Line(tokens.Words[0].Start, [.. tokens.Words.Select(word => tokens[word].ToString())], null);
        }

        ZoneLine Line(int at, string[] words, string? fault)
        {
            // Counts only the lines since the last entry, because a zone can be large.
            (number, counted) = (number + text.AsSpan(counted, at - counted).Count('\n'), at);
            return new ZoneLine(number, words, tokens.HasNoOwner, fault);
        }
    }

    private readonly record struct ZoneLine(int Number, string[] Words, bool HasNoOwner, string? Fault);

    // Atomic: a long number that ends with another letter would be divided in every possible way.
    [GeneratedRegex("^(?>[0-9]+[smhdwSMHDW]?)+$", RegexOptions.CultureInvariant)]
    private static partial Regex TtlForm();

    [GeneratedRegex("^TYPE[0-9]{1,5}$", RegexOptions.CultureInvariant)]
    private static partial Regex TypeForm();
}
