using PlatformGitOps.Generator.ZoneFiles;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Reads the data of a record.</summary>
internal sealed partial class MasterFileReader
{
    private bool ReadData(int type, int first)
    {
        var words = tokens.Words;
        var count = words.Count - first;
        switch (Types[type])
        {
            case "A" or "AAAA" when count == 1:
                return ReadAddress(words[first], Types[type] == "A");
            case "MX" when count == 2:
                return ReadNumber(words[first]) && ReadTarget(words[first + 1]);
            case "SRV" when count == 4:
                return ReadNumber(words[first]) && ReadNumber(words[first + 1]) && ReadNumber(words[first + 2])
                    && ReadTarget(words[first + 3]);
            case "TXT" when count > 0:
                return words.Skip(first).All(ReadText);
            default:
                Report(SubstrateRules.RecordsFile, words[first - 1], $"The {Types[type]} record of '{owner}' has {count} values.",
                    Types[type] switch
                    {
                        "MX" => "Write a preference and a name.",
                        "SRV" => "Write priority, weight, port and name.",
                        "TXT" => "Write at least one text in quotes.",
                        _ => "Write one address.",
                    });
                return false;
        }
    }

    private bool ReadAddress(MasterFileToken word, bool isFour)
    {
        var text = tokens[word];
        if (!IpText.TryParse(text, out var address, out var problem) || isFour == text.Contains(':'))
        {
            problem = problem.Length > 0 ? problem : $"is not an address of the type {(isFour ? "A" : "AAAA")}";
            Report(SubstrateRules.RecordsFile, word, $"The address '{Shown(word)}' {problem}.", "Write the host's own address.");
            return false;
        }

        if (SubstrateRules.Unreachable(address) is var (rule, message, fix))
        {
            Report(rule, word, message, fix);
            return false;
        }

        // A wildcard has no reverse record.
        foreach (var range in owner!.StartsWith('*') ? [] : bounds.Reverse)
        {
            if (range.Contains(address))
            {
                addresses.Add((address, owner!));
                break;
            }
        }

        if (isFour)
        {
            output.Append(text);
        }
        else
        {
            output.Append(address.ToString());
        }

        return true;
    }

    private bool ReadNumber(MasterFileToken word)
    {
        if (!ushort.TryParse(tokens[word], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            Report(SubstrateRules.RecordsFile, word, $"The value '{Shown(word)}' is not a number from 0 to 65535.", "Write a number.");
            return false;
        }

        output.Append(number).Append(' ');
        return true;
    }

    private bool ReadTarget(MasterFileToken word)
    {
        // "." means that there is no service or mail exchange (RFC 2782, RFC 7505).
        if (tokens[word] is "." && !word.IsQuoted)
        {
            output.Append('.');
            return true;
        }

        if (NameAt(word) is not { } name)
        {
            return false;
        }

        if (name.AsSpan().ContainsAny('*', '_'))
        {
            Report(SubstrateRules.RecordsFile, word, $"The target '{name}' is not the name of a host.",
                "Write labels of a-z, 0-9 and '-'.");
            return false;
        }

        target = (name, word);
        output.Append(name).Append('.');
        return true;
    }

    /// <summary>Accepts printable ASCII only: a transfer shows every other character as a number.</summary>
    private bool ReadText(MasterFileToken word)
    {
        var text = tokens[word];
        var fault = text.Length > 255 ? $"A text of '{owner}' has {text.Length} characters."
            : text.ContainsAnyExceptInRange(' ', '~') || text.Contains('\\')
                ? $"A text of '{owner}' has a character that is not printable ASCII."
            : SecretText.IsSecret(text.ToString()) ? $"A text of '{owner}' looks like a credential, and everybody may query it." : null;
        if (fault is not null)
        {
            Report(SubstrateRules.RecordsFile, word, fault, "Write up to 255 printable ASCII characters in quotes, without '\\' and '\"'.");
            return false;
        }

        output.Append(output.EndsWith(' ') ? "" : " ").Append('"').Append(text).Append('"');
        return true;
    }

    // The targets of MX and SRV records. named-checkzone warns of missing ones and kzonecheck does not; both servers serve such a record,
    // and it leads nowhere.
    private readonly List<(string Owner, int Type, string Name, MasterFileToken At)> targets = [];
    private (string Name, MasterFileToken At)? target;

    /// <summary>Runs after all names are known: records can refer to later ones.</summary>
    private void CheckTargets()
    {
        ZoneNames? zone = null;
        foreach (var (owner, type, name, at) in targets)
        {
            if (problems.Count >= Most)
            {
                return;
            }

            // Names in other zones, and in child zones that programs write, are unknown here.
            if (!MasterFileName.IsBelow(name, bounds.Zone) || bounds.Children.Any(child => MasterFileName.IsBelow(name, child)))
            {
                continue;
            }

            if (bounds.Aliases.TryGetValue(name, out var aliased))
            {
                Report(SubstrateRules.RecordTarget, at,
                    $"The {Types[type]} record of '{owner}' names '{name}', which is an alias: clients need not follow it (RFC 2181 10.3).",
                    $"Write what it is an alias of, '{aliased}', or a name with addresses of its own.");
            }
            else if (!bounds.Taken.Contains(name) && !IsAddressed(name))
            {
                zone ??= new ZoneNames(bounds.Zone, names.Keys.Concat(bounds.Taken).Concat(bounds.Children));
                if (!IsAddressed(zone.AnswererOf(name)))
                {
                    Report(SubstrateRules.RecordTarget, at,
                        $"The {Types[type]} record of '{owner}' names '{name}', which has no address in this zone{zone.WhyNot(name)}.",
                        "Write a name with an A or AAAA record, or add that record. A name of another zone ends with a dot.");
                }
            }
        }
    }

    /// <summary>True if the name has an address, or a line that was already refused.</summary>
    private bool IsAddressed(string name)
    {
        if (!names.TryGetValue(name, out var last))
        {
            return false;
        }

        for (var index = last; index >= 0; index = records[index].Before)
        {
            if (Types[records[index].Type] is "A" or "AAAA")
            {
                return true;
            }
        }

        return last < 0;
    }
}
