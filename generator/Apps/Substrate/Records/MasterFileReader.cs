using PlatformGitOps.Generator.ZoneFiles;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>
/// Reads the records of a zone from a master file (RFC 1035 section 5): A, AAAA, MX, SRV and TXT, with $ORIGIN and $TTL. The generator
/// writes SOA and NS records, and CNAMEs are aliases of the definition, which are monitored.
/// </summary>
internal sealed partial class MasterFileReader
{
    private const int DefaultTtl = 300;
    private const int Most = 1000;

    /// <summary>Each record is compared with all others of its name.</summary>
    private const int MostOfAName = 500;

    private static readonly string[] Types = ["A", "AAAA", "MX", "SRV", "TXT"];

    private static readonly string Form = $"Write [name] [seconds] [IN] and one of {string.Join(", ", Types)}.";

    private readonly MasterFileTokens tokens;
    private readonly MasterFileBounds bounds;
    private readonly MasterFileText output;
    private readonly List<MasterFileProblem> problems = [];
    private readonly List<(IPAddress, string)> addresses = [];

    // For each name its last record, and for each record the previous one of the same name.
    private readonly Dictionary<string, int> names;
    private readonly List<(int Start, int Length, int Type, int Ttl, int Before)> records;
    private string origin;
    private string? owner;
    private int defaultTtl = DefaultTtl;

    private MasterFileReader(string text, MasterFileBounds bounds)
    {
        text = text.TrimStart('\uFEFF');
        (tokens, this.bounds, origin) = (new MasterFileTokens(text), bounds, bounds.Zone);
        var lines = text.AsSpan().Count('\n') + 1;
        (names, records) = (new Dictionary<string, int>(lines, StringComparer.Ordinal), new(lines));
        output = new MasterFileText(text.Length + (lines * (bounds.Zone.Length + " 300 IN .".Length)));
    }

    /// <summary>Reads a file. Problems are in the order of its lines, those of targets last, and limited in number.</summary>
    public static (MasterFile Records, IReadOnlyList<MasterFileProblem> Problems) Read(string text, MasterFileBounds bounds)
    {
        var reader = new MasterFileReader(text, bounds);
        reader.Read();
        reader.CheckTargets();
        return (new MasterFile(reader.output.Text, reader.names.Keys, [.. reader.addresses]), reader.problems);
    }

    private void Read()
    {
        while (problems.Count < Most && tokens.Read())
        {
            if (tokens.Unclosed is { } open)
            {
                Report(SubstrateRules.RecordsFile, new MasterFileToken(open, 1, false), "A quote or a parenthesis is not closed.",
                    "Close it; a quoted text ends in its line.");
                return;
            }

            if (!tokens.HasNoOwner && !tokens.Words[0].IsQuoted && tokens[tokens.Words[0]] is ['$', ..])
            {
                ReadDirective();
            }
            else
            {
                ReadRecord();
            }
        }
    }

    private void ReadDirective()
    {
        var words = tokens.Words;
        if (words.Count == 2 && tokens[words[0]].Equals("$TTL", StringComparison.OrdinalIgnoreCase))
        {
            defaultTtl = ReadTtl(words[1]) ?? defaultTtl;
        }
        else if (words.Count == 2 && tokens[words[0]].Equals("$ORIGIN", StringComparison.OrdinalIgnoreCase))
        {
            origin = NameAt(words[1]) ?? origin;
        }
        else
        {
            Report(SubstrateRules.RecordsFile, words[0], $"The generator does not read {Shown(words[0])}.",
                "Write '$TTL SECONDS', '$ORIGIN NAME' or records.");
        }
    }

    private void ReadRecord()
    {
        var words = tokens.Words;
        var next = 0;
        if (!tokens.HasNoOwner)
        {
            owner = OwnerAt(words[next++]);
        }

        if (owner is null)
        {
            if (tokens.HasNoOwner && problems.Count == 0)
            {
                Report(SubstrateRules.RecordsFile, words[0], "The first record has no name.", "Write the name at the start of the line.");
            }

            return;
        }

        if (TtlBefore(ref next) is not { } ttl || TypeAt(next) is not { } type)
        {
            return;
        }

        if (Types[type] is "A" or "AAAA" or "MX" && owner.Contains('_'))
        {
            Report(SubstrateRules.RecordsFile, words[0],
                $"The name '{owner}' has an underscore, and the name of a host has none (RFC 952).",
                "Write '-' in its place.");
            return;
        }

        var start = output.Length;
        target = null;
        output.Append(owner).Append(". ").Append(ttl).Append(" IN ").Append(Types[type]).Append(' ');
        if (ReadData(type, next + 1) && IsNew(start, type, ttl, words[0]))
        {
            output.Append('\n');
            if (target is { } pointed)
            {
                targets.Add((owner, type, pointed.Name, pointed.At));
            }
        }
        else
        {
            output.Length = start;
        }
    }

    /// <summary>The TTL of a record from <c>[seconds] [IN]</c>; null if that is wrong.</summary>
    private int? TtlBefore(ref int next)
    {
        var words = tokens.Words;
        int? given = null;
        for (; next < words.Count && !words[next].IsQuoted; next++)
        {
            var word = tokens[words[next]];
            if (word is [>= '0' and <= '9', ..])
            {
                if (given is { } first)
                {
                    Report(SubstrateRules.RecordsFile, words[next],
                        $"The record of '{owner}' has the TTL {first} and '{Shown(words[next])}'.",
                        "Write one TTL, and the type before the value.");
                    return null;
                }

                if ((given = ReadTtl(words[next])) is null)
                {
                    return null;
                }
            }
            else if (!word.Equals("IN", StringComparison.OrdinalIgnoreCase))
            {
                break;
            }
        }

        return given ?? defaultTtl;
    }

    /// <summary>The type of a record; null if it has none, or one that is not allowed.</summary>
    private int? TypeAt(int next)
    {
        var words = tokens.Words;
        if (next == words.Count)
        {
            Report(SubstrateRules.RecordsFile, words[^1], $"The record of '{owner}' has no type.", Form);
            return null;
        }

        var at = words[next];
        if (!at.IsQuoted && TypeOf(tokens[at]) is >= 0 and var type)
        {
            return type;
        }

        Report(SubstrateRules.RecordsFile, at, $"The type of '{owner}' is '{Shown(at)}'.", tokens[at] switch
        {
            var word when word.Equals("CNAME", StringComparison.OrdinalIgnoreCase) => "Write it under 'aliases', which are watched.",
            var word when word.Equals("SOA", StringComparison.OrdinalIgnoreCase) || word.Equals("NS", StringComparison.OrdinalIgnoreCase) =>
                "Take it out: the generator writes the SOA and NS records.",
            _ => Form,
        });
        return null;
    }

    /// <summary>True for a record that is not a duplicate and has the TTL of its set (RFC 2181 section 5.2).</summary>
    private bool IsNew(int start, int type, int ttl, MasterFileToken at)
    {
        var (last, others) = (names[owner!], 0);
        for (var index = last; index >= 0; index = records[index].Before)
        {
            var other = records[index];
            if (++others == MostOfAName)
            {
                Report(SubstrateRules.RecordsFile, at, $"The name '{owner}' has more than {MostOfAName} records.",
                    "Give each host a name of its own.");
                return false;
            }

            if (other.Type != type)
            {
                continue;
            }

            if (other.Ttl != ttl)
            {
                Report(SubstrateRules.RecordsFile, at, $"The {Types[type]} records of '{owner}' have the TTLs {other.Ttl} and {ttl}.",
                    "Write one TTL for all of them.");
                return false;
            }

            if (output.Equal(start, other.Start, other.Length))
            {
                Report(SubstrateRules.RecordTwice, at, $"This {Types[type]} record of '{owner}' is in the file twice.",
                    "Delete one of the two.");
                return false;
            }
        }

        names[owner!] = records.Count;
        records.Add((start, output.Length - start, type, ttl, last));
        return true;
    }

    private string? OwnerAt(MasterFileToken word)
    {
        Span<char> buffer = stackalloc char[MasterFileName.Longest];
        var length = ReadName(word, buffer);
        if (length == 0)
        {
            return null;
        }

        var name = buffer[..length];
        if (names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known, out _))
        {
            return known;
        }

        var text = name.ToString();
        if (!MasterFileName.IsBelow(name, bounds.Zone))
        {
            Report(SubstrateRules.RecordsFile, word, $"The name '{text}' is not in the zone {bounds.Zone}.",
                "Write names below the zone; a name without a closing dot is one.");
            return null;
        }

        foreach (var child in bounds.Children)
        {
            if (MasterFileName.IsBelow(name, child))
            {
                Report(SubstrateRules.ChildOverlap, word, $"The name '{text}' is in the child '{child}', whose records its own key writes.",
                    "Write a name outside of the children.");
                return null;
            }
        }

        if (bounds.Taken.Contains(text))
        {
            Report(SubstrateRules.RecordTwice, word, $"The name '{text}' is in the definition already.",
                "Write all of its records in one of the two places.");
            return null;
        }

        names.Add(text, -1);
        return text;
    }

    private string? NameAt(MasterFileToken word)
    {
        Span<char> buffer = stackalloc char[MasterFileName.Longest];
        return ReadName(word, buffer) is > 0 and var length ? buffer[..length].ToString() : null;
    }

    private int ReadName(MasterFileToken word, Span<char> buffer)
    {
        var length = word.IsQuoted ? 0 : MasterFileName.Absolute(tokens[word], origin, buffer);
        if (length == 0)
        {
            Report(SubstrateRules.RecordsFile, word, $"'{Shown(word)}' is not a name.",
                "Write labels of a-z, 0-9, '-' and '_' with dots between them, of 63 characters at most.");
        }

        return length;
    }

    private int? ReadTtl(MasterFileToken word)
    {
        if (int.TryParse(tokens[word], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 604_800)
        {
            return seconds;
        }

        Report(SubstrateRules.RecordsFile, word, $"The TTL '{Shown(word)}' is not a number of seconds up to 604800.",
            "Write seconds, without a unit.");
        return null;
    }

    private static int TypeOf(ReadOnlySpan<char> word)
    {
        for (var type = 0; type < Types.Length; type++)
        {
            if (word.Equals(Types[type], StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        return -1;
    }

    private string Shown(MasterFileToken word) => Printable.Of(SecretText.Redact(tokens[word] is { Length: <= 80 } whole
        ? whole.ToString() : $"{tokens[word][..77]}..."));

    private void Report(string rule, MasterFileToken word, string message, string fix) =>
        problems.Add(new MasterFileProblem(rule, tokens.PositionOf(word.Start), message, fix));
}
