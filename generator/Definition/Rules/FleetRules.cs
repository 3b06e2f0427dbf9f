using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>What only shows where all clusters are seen together: names, dependencies, servers that forward to each other.</summary>
internal static class FleetRules
{
    // Flux puts a Kustomization's name into a label.
    private const int LongestLabel = 63;

    // Names that Windows keeps for devices: a repository with such a directory cannot be checked out there.
    private static readonly HashSet<string> Devices =
    [
        "con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(number => (string[])[$"com{number}", $"lpt{number}"]),
    ];

    public static void Check(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
        // Names as they are written, also wrong ones: two clusters with one wrong name have two faults.
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

    /// <summary>A cluster that names a group which is not there would silently take the defaults.</summary>
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
        // As it is written: a text too long for a label is not in the record.
        var name = at.Written("name") ?? cluster.Name.Text;
        // Which layers a cluster has is asked for long names alone: it takes a while.
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
            // The definition's dependencies are CoreDNS's: a layer of this cluster waits for CoreDNS, or the generator sets the order
            // itself.
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

    /// <summary>The clusters that a Kustomization of this name may have been made for.</summary>
    private static IEnumerable<string> Owners(string kustomization) => AppList.All.Select(app => $"-{app.Name}").Append("")
        .Where(ending => kustomization.Length > Layout.ClusterPrefix.Length + ending.Length
            && kustomization.StartsWith(Layout.ClusterPrefix, StringComparison.Ordinal)
                && kustomization.EndsWith(ending, StringComparison.Ordinal))
        .Select(ending => kustomization[Layout.ClusterPrefix.Length..^ending.Length]);
}

/// <summary>What rules over several clusters ask of each.</summary>
internal static class Sections
{
    /// <summary>A cluster's name, for findings about another one.</summary>
    public static string Label(SectionReader at) => at.Written("name") ?? $"in line {at.Position.Line}";

    /// <summary>True where the DNS address is known: written, or derived from a service range that is right.</summary>
    private static bool HasDnsAddress(SectionReader at) => at.IsSound("dns.clusterIP")
        && (at.Has("dns.clusterIP") || at.IsSound("network.services"));

    /// <summary>The addresses of the cluster's own DNS that are known, of both families.</summary>
    public static IEnumerable<IPAddress> DnsAddresses(Cluster cluster, SectionReader at) =>
    [
        .. HasDnsAddress(at) ? new[] { cluster.Dns.ClusterIP } : [],
        .. cluster.Dns.SecondClusterIP is { } second && at.IsSound("dns.secondClusterIP") ? new[] { second } : [],
    ];
}
