namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>The names of a zone, and the name whose records answer for a missing one: absolute, without the trailing dot.</summary>
internal sealed class ZoneNames
{
    private readonly HashSet<string> existing;

    /// <summary>From all names with records; the names above them exist too, without records (RFC 4592 section 2.2.2).</summary>
    public ZoneNames(string zone, IEnumerable<string> owners)
    {
        existing = new HashSet<string>(StringComparer.Ordinal) { zone };
        foreach (var owner in owners)
        {
            for (var above = owner; existing.Add(above);)
            {
                above = Above(above);
            }
        }
    }

    /// <summary>True for a name with a record, and for each name above one.</summary>
    public bool Has(string name) => existing.Contains(name);

    /// <summary>
    /// The owner whose records answer for a name: the name itself if it exists, else the wildcard of the closest existing name above it
    /// (RFC 4592 section 3.3.1), even if the zone does not have that wildcard.
    /// </summary>
    public string AnswererOf(string name) => Closest(name) is var closest && closest == name ? name : $"*.{closest}";

    /// <summary>Why a wildcard further up does not answer for a name, as the end of a sentence; empty if there is no wildcard.</summary>
    public string WhyNot(string name)
    {
        var closest = Closest(name);
        for (var above = closest; above.Contains('.');)
        {
            above = Above(above);
            if (existing.Contains($"*.{above}"))
            {
                return $"; '*.{above}' does not answer for it, because '{closest}' exists (RFC 4592 3.3.1)";
            }
        }

        return "";
    }

    private string Closest(string name)
    {
        while (!existing.Contains(name))
        {
            name = Above(name);
        }

        return name;
    }

    private static string Above(string name) => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
