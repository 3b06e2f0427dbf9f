namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>
/// The names that MX and SRV records point at. named-checkzone warns of these and kzonecheck says nothing; both servers serve the record,
/// and it leads nowhere.
/// </summary>
internal sealed partial class MasterFileReader
{
    private readonly List<(string Owner, int Type, string Name, MasterFileToken At)> targets = [];
    private (string Name, MasterFileToken At)? target;

    /// <summary>Once all names are known: a file is not in the order in which its records need each other.</summary>
    private void CheckTargets()
    {
        ZoneNames? zone = null;
        foreach (var (owner, type, name, at) in targets)
        {
            if (problems.Count >= Most)
            {
                return;
            }

            // Other zones, and what programs write into a child, are not known here.
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

    /// <summary>A name that has an address, or a line that was refused already.</summary>
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
