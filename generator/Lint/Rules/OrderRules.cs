using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The order in which a cluster's Flux Kustomizations become ready.</summary>
internal static class OrderRules
{
    private const string Together = "crd-together";
    private const string Unordered = "crd-unordered";
    private const string Missing = "depends-on-missing";
    private const string Cycle = "depends-on-cycle";

    public static readonly LintRule Rule = LintRule.Of(
        Check,
        (Together, "A custom resource and its definition in one Flux Kustomization: the dry run of the whole fails until the definition is there."),
        (Unordered, "A custom resource whose definition another Flux Kustomization brings, without dependsOn on it."),
        (Missing, "dependsOn names a Flux Kustomization that the cluster does not have: this one never becomes ready."),
        (Cycle, "Flux Kustomizations wait for each other."));

    private static IEnumerable<Finding> Check(ClusterView cluster) => Definitions(cluster).Concat(Dependencies(cluster)).Concat(Cycles(cluster));

    private static IEnumerable<Finding> Definitions(ClusterView cluster)
    {
        var brought = cluster.Layers.SelectMany(layer => CrdSources.Brought(cluster, layer).Select(item => (item.Group, Layer: layer, item.By))).ToArray();
        foreach (var layer in cluster.Layers)
        {
            foreach (var (group, by) in CrdSources.Needed(cluster, layer).Where(needed => brought.Any(item => item.Group == needed.Group)).DistinctBy(needed => (needed.Group, needed.By.Id)))
            {
                var sources = brought.Where(item => item.Group == group).ToArray();
                if (sources.FirstOrDefault(source => source.Layer == layer) is { By: { } definer })
                {
                    yield return Report.At(
                        by,
                        ["kind"],
                        Together,
                        $"{by.Id.Spoken} needs {group}, which {definer.Id.Spoken} brings in the same Flux Kustomization {layer.Name}.",
                        "Bring the definitions in a Flux Kustomization of their own, and depend on it.");
                }
                else if (!sources.Any(source => Reaches(cluster, layer.Name, source.Layer.Name)))
                {
                    yield return Report.At(
                        by,
                        ["kind"],
                        Unordered,
                        $"{by.Id.Spoken} needs {group}, which {sources[0].Layer.Name} brings, but {layer.Name} does not wait for it.",
                        $"Add {sources[0].Layer.Name} to dependsOn of {layer.Name}.");
                }
            }
        }
    }

    private static IEnumerable<Finding> Dependencies(ClusterView cluster)
    {
        var elsewhere = cluster.Options.Elsewhere.GetValueOrDefault(cluster.Name, []);
        return from layer in cluster.Layers
               from needed in layer.DependsOn
               let name = needed.TextAt("name") ?? ""
               let @namespace = needed.TextAt("namespace") ?? layer.Kustomization.Namespace
               where !elsewhere.Contains(name) && !cluster.Layers.Any(other => other.Name == name && other.Kustomization.Namespace == @namespace)
               select Report.At(
                   needed,
                   Missing,
                   $"{layer.Name} waits for Flux Kustomization {@namespace}/{name}, which cluster {cluster.Name} does not have.",
                   Suggest(cluster, name));
    }

    private static string Suggest(ClusterView cluster, string name) => Suggestion.For(name, cluster.Layers.Select(layer => layer.Name)) is { } near
        ? $"Did you mean {near}?"
        : "Delete it, or name it in the cluster's dependsOn in platform.yaml where somebody else brings it.";

    private static IEnumerable<Finding> Cycles(ClusterView cluster)
    {
        var circle = cluster.Layers.Where(layer => Next(cluster, layer.Name).Any(next => Reaches(cluster, next, layer.Name))).ToArray();
        return circle.Take(1).Select(layer => Report.At(
            layer.Kustomization,
            ["spec", "dependsOn"],
            Cycle,
            $"{string.Join(", ", circle.Select(other => other.Name))} wait for each other.",
            "Take one dependsOn away."));
    }

    /// <summary>True where following dependsOn leads from one to the other, or where they are the same.</summary>
    private static bool Reaches(ClusterView cluster, string from, string to)
    {
        var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([from]));
        while (open.TryPop(out var name))
        {
            if (name == to)
            {
                return true;
            }

            if (seen.Add(name))
            {
                Next(cluster, name).ToList().ForEach(open.Push);
            }
        }

        return false;
    }

    private static IEnumerable<string> Next(ClusterView cluster, string name) =>
        cluster.Layers.Where(layer => layer.Name == name).SelectMany(layer => layer.DependsOn).Select(needed => needed.TextAt("name") ?? "");
}
