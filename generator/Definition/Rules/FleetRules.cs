using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>What only shows where all clusters are seen together: names, dependencies, servers that forward to each other.</summary>
internal static class FleetRules
{
    // Flux puts a Kustomization's name into a label (63 characters); the longest made here is cluster-<name>-coredns,
    // or cluster-<name>-dns-health-controller where that is switched on.
    private const int LongestName = 47;
    private const int LongestNameWithHealthController = 33;

    // Names that Windows keeps for devices: a repository with such a directory cannot be checked out there.
    private static readonly HashSet<string> Devices =
    [
        "con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(number => (string[])[$"com{number}", $"lpt{number}"]),
    ];

    private const string Prefix = "cluster-";

    // The Kustomizations made for a cluster are named cluster-<name> and one of these.
    private static readonly string[] Made = ["", "-crds", "-coredns", "-dns-health-controller"];

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
                        : $"The name '{name}' differs only in case from '{first.Name}' in line {first.Position.Line}, and many file systems take both for one.",
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

        DnsRules.CheckRings(clusters);
    }

    private static void CheckName(Cluster cluster, SectionReader at)
    {
        var (name, longest) = (cluster.Name.Text, cluster.HealthController is null ? LongestName : LongestNameWithHealthController);
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

    private static void CheckDependency(string dependency, string path, SectionReader at, Dictionary<string, (string Name, Position Position)> names)
    {
        var written = at.Written("name");
        var own = $"{Prefix}{written}";
        if (dependency == $"{own}-coredns" || dependency == $"{own}-dns-health-controller")
        {
            at.Report(DefinitionRules.DependsOnItself, path, $"'{dependency}' would wait for itself.", "Delete it.");
        }
        else if (Owners(dependency).Any(owner => owner != written && names.ContainsKey(owner)))
        {
            at.Report(DefinitionRules.DependsOnOther, path,
                $"'{dependency}' is in another cluster, and Flux waits for its own cluster's Kustomizations only.",
                "Delete it.");
        }
    }

    /// <summary>The clusters that a Kustomization of this name may have been made for.</summary>
    private static IEnumerable<string> Owners(string kustomization) => Made
        .Where(ending => kustomization.Length > Prefix.Length + ending.Length
            && kustomization.StartsWith(Prefix, StringComparison.Ordinal) && kustomization.EndsWith(ending, StringComparison.Ordinal))
        .Select(ending => kustomization[Prefix.Length..^ending.Length]);
}

/// <summary>What rules over several clusters ask of each.</summary>
internal static class Fleet
{
    /// <summary>A cluster's name, for findings about another one.</summary>
    public static string Label(SectionReader at) => at.Written("name") ?? $"in line {at.Position.Line}";

    /// <summary>True where the DNS address is known: written, or derived from a service range that is right.</summary>
    public static bool HasDnsAddress(SectionReader at) => at.IsSound("dns.clusterIP") && (at.Has("dns.clusterIP") || at.IsSound("network.services"));
}
