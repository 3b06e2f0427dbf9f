using PlatformGitOps.Generator.Apps;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The order in which a cluster's Flux Kustomizations become ready.</summary>
internal static class OrderRules
{
    private const string Together = "crd-together";
    private const string Unordered = "crd-unordered";
    internal const string Missing = "depends-on-missing";
    private const string Cycle = "depends-on-cycle";

    public static readonly LintRule Rule = LintRule.Of(
        "order",
        Check,
        (Together,
            "A custom resource and the chart of its definition are in one Flux Kustomization, whose dry run fails without it."),
        (Unordered, "Another Flux Kustomization installs the definition of a custom resource, but dependsOn does not name it."),
        (Missing, "dependsOn names a Flux Kustomization that the cluster does not have, so this one never becomes ready."),
        (Cycle, "Flux Kustomizations depend on each other."));

    /// <summary>Many install the definitions before Flux, which the tree does not tell.</summary>
    private static IEnumerable<Finding> Check(ClusterView cluster) => Definitions(cluster)
        .Select(finding => finding with { Severity = Severity.Warning }).Concat(Dependencies(cluster))
        .Concat(Cycles(cluster));

    /// <summary>
    /// Flux applies the definitions of one Flux Kustomization before its other objects and waits for them (fluxcd/pkg, ApplyAllStaged), but
    /// it tries the other objects together: a chart beside them never gets to install its definitions.
    /// </summary>
    private static IEnumerable<Finding> Definitions(ClusterView cluster)
    {
        var installed = cluster.Layers
            .SelectMany(layer => CrdSources.Installed(cluster, layer).Select(item => (item.Group, item.Kind, Layer: layer, item.By)))
            .ToArray();
        // A group that can never be installed here is installed by something else; otherwise it is another finding.
        var together = new HashSet<string>(StringComparer.Ordinal);
        var unordered = new List<(string Group, Finding Finding)>();
        foreach (var layer in cluster.Layers)
        {
            var needs =
                from needed in CrdSources.Needed(cluster, layer)
                let sources = installed.Where(item => item.Group == needed.Group && (item.Kind ?? needed.Kind) == needed.Kind).ToArray()
                where sources.Length > 0 && !sources.Any(source => source.Layer == layer && source.Kind is not null)
                group (needed.By, Sources: sources) by (needed.Group, By: sources.FirstOrDefault(source => source.Layer == layer).By);
            foreach (var several in needs)
            {
                var (by, sources) = several.First();
                var others = several.Select(need => need.By.Id).Distinct().Count() - 1;
                var spoken = others == 0 ? $"{by.Id.Title} needs" : $"{by.Id.Title} and {others} more need";
                if (several.Key.By is { } definer)
                {
                    together.Add(several.Key.Group);
                    yield return Report.At(
                        by,
                        ["kind"],
                        Together,
                        $"{spoken} {several.Key.Group}, which {definer.Id.Title} installs in the same Flux Kustomization {layer.Name}.",
                        "Move the chart of the definitions to a Flux Kustomization of its own, and add it to dependsOn.");
                }
                else if (!sources.Any(source => Reaches(cluster, layer.Name, source.Layer.Name) || IsMeant(cluster, layer, source.Layer)))
                {
                    unordered.Add((several.Key.Group, Report.At(
                        by,
                        ["kind"],
                        Unordered,
                        $"{spoken} {several.Key.Group}, which {sources[0].Layer.Name} installs, but {layer.Name} does not depend on it.",
                        Reaches(cluster, sources[0].Layer.Name, layer.Name)
                            ? $"{sources[0].Layer.Name} waits for {layer.Name}: turn dependsOn around."
                            : $"Add {sources[0].Layer.Name} to dependsOn of {layer.Name}.")));
                }
            }
        }

        foreach (var (_, finding) in unordered.Where(item => !together.Contains(item.Group)))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> Dependencies(ClusterView cluster)
    {
        var external = cluster.Options.ExternalKustomizations.GetValueOrDefault(cluster.Name, []);
        return from layer in cluster.Layers
               from needed in layer.DependsOn
               let name = needed.TextAt("name") ?? ""
               let @namespace = needed.TextAt("namespace") ?? layer.Kustomization.Namespace
               where !external.Contains(name)
                   && !cluster.Layers.Any(other => other.Name == name && other.Kustomization.Namespace == @namespace)
               select Report.At(
                   needed,
                   Missing,
                   $"{layer.Name} depends on Flux Kustomization {@namespace}/{name}, which cluster {cluster.Name} does not have.",
                   Suggest(cluster, name));
    }

    /// <summary>True if dependsOn has a misspelt name of the other layer, which is another finding.</summary>
    private static bool IsMeant(ClusterView cluster, Layer layer, Layer other) => layer.DependsOn
        .Select(needed => needed.TextAt("name") ?? "").Where(name => !cluster.Layers.Any(known => known.Name == name))
        .Any(name => Near(cluster, name) == other.Name);

    private static string? Near(ClusterView cluster, string name) => Suggestion.For(name, cluster.Layers.Select(layer => layer.Name));

    private static string Suggest(ClusterView cluster, string name) =>
        Near(cluster, name) is { } near
            ? $"Did you mean {near}?"
            : "Delete it, or add it to the cluster's dependsOn in platform.yaml if it is installed outside this repository.";

    private static IEnumerable<Finding> Cycles(ClusterView cluster)
    {
        var circle = cluster.Layers.Where(layer => Next(cluster, layer.Name).Any(next => Reaches(cluster, next, layer.Name))).ToArray();
        return circle.Take(1).Select(layer => Report.At(
            layer.Kustomization,
            ["spec", "dependsOn"],
            Cycle,
            $"{string.Join(", ", circle.Select(other => other.Name))} depend on each other.",
            "Remove one dependsOn."));
    }

    /// <summary>True if dependsOn leads from one to the other, or if they are the same.</summary>
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
        cluster.Layers.Where(layer => layer.Name == name).SelectMany(layer => layer.DependsOn)
            .Select(needed => needed.TextAt("name") ?? "");
}

/// <summary>The API groups that a layer defines, and those that it needs.</summary>
internal static class CrdSources
{
    /// <summary>
    /// Charts with CRDs that belong to no application of this tree, by their name. Charts of network plugins are not included: Flux runs
    /// only after the plugin is installed, so these CRDs exist before Flux.
    /// </summary>
    private static readonly ImmutableDictionary<string, string[]> Charts = new Dictionary<string, string[]>
    {
        ["victoria-metrics-operator"] = ["operator.victoriametrics.com"],
        ["victoria-metrics-operator-crds"] = ["operator.victoriametrics.com"],
        ["victoria-metrics-k8s-stack"] = ["operator.victoriametrics.com"],
        ["cert-manager"] = ["cert-manager.io", "acme.cert-manager.io"],
        ["external-dns"] = ["externaldns.k8s.io"],
        ["flux2"] = ["source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"],
    }.ToImmutableDictionary();

    private static readonly ILookup<string, string> OfApps = AppList.All.SelectMany(app => app.CrdCharts)
        .ToLookup(source => source.Chart, source => source.Group, StringComparer.Ordinal);

    /// <summary>The groups whose CRDs a layer installs, each with the object that installs them; the kind is null for a chart.</summary>
    public static IEnumerable<(string Group, string? Kind, Manifest By)> Installed(ClusterView cluster, Layer layer)
    {
        foreach (var resource in layer.IsRemote ? [] : layer.Applied)
        {
            if (resource.Kind == "CustomResourceDefinition")
            {
                yield return (resource.Body.TextAt("spec", "group") ?? "", resource.Body.TextAt("spec", "names", "kind") ?? "", resource);
            }
            else if (resource.IsHelmRelease && ChartReference.Of(resource.Body, cluster.Cluster.FindBody) is { } chart
                && !LeavesOut(resource.Body, chart.Name))
            {
                foreach (var group in Charts.GetValueOrDefault(chart.Name, []).Concat(OfApps[chart.Name]))
                {
                    yield return (group, null, resource);
                }
            }
        }
    }

    /// <summary>True for a release that does not install its chart's CRDs, so that something else must.</summary>
    private static bool LeavesOut(Mapping release, string chart)
    {
        var values = release.At("spec", "values") as Mapping ?? [];
        var set = values.TextAt("crds", "enabled") ?? values.TextAt("crds", "install") ?? values.TextAt("installCRDs");
        return (set ?? (chart == "cert-manager" ? "false" : "true")) == "false"
            || (release.TextAt("spec", "install", "crds") == "Skip" && release.TextAt("spec", "upgrade", "crds") is null or "Skip");
    }

    /// <summary>
    /// The groups of the custom resources of a layer, and of those that its releases of coredns create. Flux's own CRDs exist first.
    /// </summary>
    public static IEnumerable<(string Group, string Kind, Manifest By)> Needed(ClusterView cluster, Layer layer) => layer.Applied
        .Where(resource => !layer.IsRemote && resource.IsCustom && !resource.Group.EndsWith(".fluxcd.io", StringComparison.Ordinal))
        .Select(resource => (resource.Group, resource.Kind, resource))
        .Concat(cluster.Releases.Where(release => release.Layer == layer && release.ScrapesItself)
            .Select(release => ("monitoring.coreos.com", "ServiceMonitor", release.Manifest)));
}
