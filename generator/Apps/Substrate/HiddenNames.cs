namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Where a child begins, the zone names its servers alone: another record of that name is never answered.</summary>
internal static class HiddenNames
{
    public static void Check(SubstrateSettings substrate, SectionReader at, IEnumerable<string> hosts)
    {
        // A record of the definition has the finding where it is written.
        var names = hosts.Concat(at.Has("records") ? [] : substrate.Records.Select(record => record.Name.Text)).ToList();
        var entries = at.Entries("children");
        foreach (var (index, child) in substrate.Children.Index())
        {
            if (names.Find(name => DomainName.IsIn(name, child.Name.Text)) is { } name)
            {
                at.Report(SubstrateRules.ChildOverlap, entries.IsEmpty ? at.PositionOf("children") : entries[index].PositionOf("name"),
                    $"The child '{child.Name}' has the name of the host or record '{name}', whose address nobody would get.",
                    "Give the child or the host another name.");
            }
        }
    }
}
