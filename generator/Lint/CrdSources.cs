using System.Collections.Immutable;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Which API groups a layer brings, and which it needs.</summary>
internal static class CrdSources
{
    /// <summary>Charts that bring definitions, by their name.</summary>
    private static readonly ImmutableDictionary<string, string[]> Charts = new Dictionary<string, string[]>
    {
        ["prometheus-operator-crds"] = ["monitoring.coreos.com"],
        ["kube-prometheus-stack"] = ["monitoring.coreos.com"],
        ["prometheus-operator"] = ["monitoring.coreos.com"],
        ["victoria-metrics-operator"] = ["operator.victoriametrics.com"],
        ["victoria-metrics-operator-crds"] = ["operator.victoriametrics.com"],
        ["victoria-metrics-k8s-stack"] = ["operator.victoriametrics.com"],
        ["cilium"] = ["cilium.io"],
        ["cert-manager"] = ["cert-manager.io", "acme.cert-manager.io"],
        ["external-dns"] = ["externaldns.k8s.io"],
        ["flux2"] = ["source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"],
    }.ToImmutableDictionary();

    /// <summary>The groups whose definitions a layer brings, each with the object that does.</summary>
    public static IEnumerable<(string Group, Resource By)> Brought(ClusterView cluster, Layer layer)
    {
        foreach (var resource in layer.Applied)
        {
            if (resource.Kind == "CustomResourceDefinition")
            {
                yield return (resource.Body.TextAt("spec", "group") ?? "", resource);
            }
            else if (resource is { Kind: "HelmRelease", Group: "helm.toolkit.fluxcd.io" }
                && ChartReference.Of(resource.Body, (kind, @namespace, name) => cluster.Find(kind, @namespace, name)?.Body) is { } chart)
            {
                foreach (var group in Charts.GetValueOrDefault(chart.Name, []))
                {
                    yield return (group, resource);
                }
            }
        }
    }

    /// <summary>The groups of the custom resources of a layer, and of those that its releases of coredns will make.</summary>
    public static IEnumerable<(string Group, Resource By)> Needed(ClusterView cluster, Layer layer) =>
        layer.Applied.Where(resource => IsCustom(resource.Group)).Select(resource => (resource.Group, resource))
            .Concat(cluster.Releases.Where(release => release.Layer == layer && release.ScrapesItself).Select(release => ("monitoring.coreos.com", release.Resource)));

    /// <summary>Kubernetes' own groups have no domain, or end in k8s.io; of Flux the cluster has the definitions before anything else.</summary>
    private static bool IsCustom(string group) => group.Contains('.', StringComparison.Ordinal)
        && !group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".fluxcd.io", StringComparison.Ordinal);
}
