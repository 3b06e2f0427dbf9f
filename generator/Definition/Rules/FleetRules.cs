using PlatformGitOps.Generator.Definition.Reading;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>What only shows where all clusters are seen together: names, dependencies, servers that ask each other.</summary>
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

    public static void Check(IReadOnlyList<ClusterDraft> clusters, FindingList findings)
    {
        var seen = new Dictionary<string, Located<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var cluster in clusters)
        {
            if (cluster.WrittenName is { } name && !seen.TryAdd(name.Value, name) && seen[name.Value] is var first)
            {
                findings.Add(DefinitionRules.NameDuplicate, name.Position,
                    first.Value == name.Value
                        ? $"The cluster in line {first.Position.Line} has the name '{name.Value}' already."
                        : $"The name '{name.Value}' differs only in case from '{first.Value}' in line {first.Position.Line}, and many file systems take both for one.",
                    "Write another name.");
            }

            CheckName(cluster, findings);
        }

        foreach (var cluster in clusters)
        {
            CheckDependencies(cluster, seen, findings);
        }

        UpstreamRings.Check(clusters, findings);
    }

    private static void CheckName(ClusterDraft cluster, FindingList findings)
    {
        if (cluster.Name is not { } name)
        {
            return;
        }

        var longest = cluster.HasHealthController ? LongestNameWithHealthController : LongestName;
        if (name.Value.Text.Length > longest)
        {
            findings.Add(DefinitionRules.NameLong, name.Position,
                $"The name '{name.Value}' has {name.Value.Text.Length} characters; the Flux Kustomizations named after it must fit into a label.",
                $"Write {longest} or fewer.");
        }
        else if (Devices.Contains(name.Value.Text))
        {
            findings.Add(DefinitionRules.NameReserved, name.Position,
                $"'{name.Value}' is the name of a device on Windows, where a directory cannot have it.",
                "Write another name.");
        }
    }

    private static void CheckDependencies(ClusterDraft cluster, Dictionary<string, Located<string>> names, FindingList findings)
    {
        foreach (var dependency in cluster.DependsOn)
        {
            var target = dependency.Value.Text;
            var own = $"{Prefix}{cluster.WrittenName?.Value}";
            if (target == $"{own}-coredns" || target == $"{own}-dns-health-controller")
            {
                findings.Add(DefinitionRules.DependsOnItself, dependency.Position, $"'{dependency.Value}' would wait for itself.", "Delete it.");
            }
            else if (Owners(target).Any(owner => owner != cluster.WrittenName?.Value && names.ContainsKey(owner)))
            {
                findings.Add(DefinitionRules.DependsOnOther, dependency.Position,
                    $"'{dependency.Value}' is in another cluster, and Flux waits for its own cluster's Kustomizations only.",
                    "Delete it.");
            }
        }
    }

    /// <summary>The clusters that a Kustomization of this name may have been made for.</summary>
    private static IEnumerable<string> Owners(string kustomization) => Made
        .Where(ending => kustomization.Length > Prefix.Length + ending.Length
            && kustomization.StartsWith(Prefix, StringComparison.Ordinal) && kustomization.EndsWith(ending, StringComparison.Ordinal))
        .Select(ending => kustomization[Prefix.Length..^ending.Length]);
}
