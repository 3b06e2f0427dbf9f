using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Checks all clusters together: names, dependencies, servers that forward to each other.</summary>
internal static class FleetRules
{
    // Flux puts a Kustomization's name into a label.
    private const int LongestLabel = 63;

    // Reserved names of Windows: a repository with such a directory cannot be checked out there.
    private static readonly HashSet<string> Devices =
    [
        "con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(number => (string[])[$"com{number}", $"lpt{number}"]),
    ];

    public static void Check(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
        // Names as written, also invalid ones: two clusters with the same invalid name are two errors.
        var seen = new Dictionary<string, (string Name, Position Position)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (cluster, at) in clusters)
        {
            if (at.Written("name") is { } name && !seen.TryAdd(name, (name, at.PositionOf("name"))) && seen[name] is var first)
            {
                at.Report(DefinitionRules.NameDuplicate, at.PositionOf("name"),
                    first.Name == name
                        ? $"The cluster in line {first.Position.Line} has the name '{name}' already."
                        : $"The name '{name}' differs only in case from '{first.Name}' in line {first.Position.Line}, and many file " +
                            "systems take both for one.",
                    "Write another name.");
            }

            CheckName(cluster, at);
        }

        foreach (var (cluster, at) in clusters)
        {
            for (var index = 0; index < cluster.DependsOn.Length; index++)
            {
                CheckDependency(cluster.DependsOn[index].Text, $"dependsOn[{index}]", at, seen);
            }
        }
    }

    /// <summary>A cluster with a missing group would silently get only the defaults.</summary>
    public static void CheckGroups(IEnumerable<(Cluster Cluster, SectionReader At)> clusters, Mapping? groups)
    {
        string[] names = [.. groups?.Entries.Select(entry => entry.Key) ?? []];
        foreach (var (cluster, at) in clusters.Where(entry => entry.Cluster.Group is { } group && !names.Contains(group.Text)))
        {
            at.Report(DefinitionRules.GroupUnknown, Section.GroupKey, $"Group '{cluster.Group}' is not below groups.",
                names.Length == 0 ? "Add it, or delete the key." : $"Write {string.Join(" or ", names)}, or add it below groups.");
        }
    }

    private static void CheckName(Cluster cluster, SectionReader at)
    {
        // As written: a text too long for a label is not in the record.
        var name = at.Written("name") ?? cluster.Name.Text;
        // The layers of a cluster are only computed for long names, because that takes time.
        var longest = name.Length <= Longest(AppList.All) ? int.MaxValue
            : Longest(AppList.All.Where(app => app.Layer(cluster) is not null));
        if (name.Length > longest)
        {
            at.Report(DefinitionRules.NameLong, "name",
                $"The name '{name}' has {name.Length} characters; the Flux Kustomizations named after it must fit into a label.",
                $"Write {longest} or fewer.");
        }
        else if (Devices.Contains(name))
        {
            at.Report(DefinitionRules.NameReserved, "name",
                $"'{name}' is the name of a device on Windows, where a directory cannot have it.",
                "Write another name.");
        }
    }

    /// <summary>The longest name of a cluster that has these layers.</summary>
    private static int Longest(IEnumerable<App> layers) =>
        LongestLabel - Layout.ClusterPrefix.Length - layers.Max(app => app.Name.Length + 1);

    private static void CheckDependency(string dependency, string path, SectionReader at,
        Dictionary<string, (string Name, Position Position)> names)
    {
        var written = at.Written("name");
        if (AppList.All.FirstOrDefault(app => dependency == $"{Layout.ClusterPrefix}{written}-{app.Name}") is { } own)
        {
            // The definition's dependencies are those of CoreDNS: a layer of this cluster waits for CoreDNS, or the generator sets the
            // order itself.
            if (own.Name == CoreDnsApp.LayerName || AppList.WaitsFor(own, CoreDnsApp.LayerName))
            {
                at.Report(DefinitionRules.DependsOnItself, path, $"'{dependency}' would wait for itself.", "Delete it.");
            }
            else
            {
                at.Report(DefinitionRules.DependsOnGenerated, path,
                    $"'{dependency}' is a layer of this tree, and the generator orders those itself; a layer that the cluster does not " +
                        "have is never ready.",
                    "Delete it.");
            }
        }
        else if (Owners(dependency).Any(owner => owner != written && names.ContainsKey(owner)))
        {
            at.Report(DefinitionRules.DependsOnOther, path,
                $"'{dependency}' is in another cluster, and Flux waits for its own cluster's Kustomizations only.",
                "Delete it.");
        }
    }

    /// <summary>The clusters for which a Kustomization of this name may exist.</summary>
    private static IEnumerable<string> Owners(string kustomization) => AppList.All.Select(app => $"-{app.Name}").Append("")
        .Where(ending => kustomization.Length > Layout.ClusterPrefix.Length + ending.Length
            && kustomization.StartsWith(Layout.ClusterPrefix, StringComparison.Ordinal)
                && kustomization.EndsWith(ending, StringComparison.Ordinal))
        .Select(ending => kustomization[Layout.ClusterPrefix.Length..^ending.Length]);
}

/// <summary>The data of each cluster for rules about several clusters.</summary>
internal static class Sections
{
    /// <summary>A cluster's name, for findings about another one.</summary>
    public static string Label(SectionReader at) => at.Written("name") ?? $"in line {at.Position.Line}";

    /// <summary>True if the DNS address is known: written, or derived from a valid service range.</summary>
    private static bool HasDnsAddress(SectionReader at) => at.IsSound("dns.clusterIP")
        && (at.Has("dns.clusterIP") || at.IsSound("network.services"));

    /// <summary>The known addresses of the cluster's own DNS, of both families.</summary>
    public static IEnumerable<IPAddress> DnsAddresses(Cluster cluster, SectionReader at) =>
    [
        .. HasDnsAddress(at) ? new[] { cluster.Dns.ClusterIP } : [],
        .. cluster.Dns.SecondClusterIP is { } second && at.IsSound("dns.secondClusterIP") ? new[] { second } : [],
    ];
}
