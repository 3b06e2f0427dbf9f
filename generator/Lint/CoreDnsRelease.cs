using System.Collections.Immutable;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>A HelmRelease of the coredns chart and what the chart will make of it, as chart 1.38.0 names and labels things.</summary>
public sealed record CoreDnsRelease
{
    public const string ChartName = "coredns";

    public required Layer Layer { get; init; }

    /// <summary>As the cluster receives it.</summary>
    public required Resource Resource { get; init; }

    public required ChartReference Chart { get; init; }

    public SemVer? Version => SemVer.TryParse(Chart.Version, out var version, out _) ? version : null;

    public Mapping Values => Resource.Body.At("spec", "values") as Mapping ?? [];

    public string Release => Resource.Body.TextAt("spec", "releaseName") ?? Resource.Name;

    public string Namespace => Resource.Body.TextAt("spec", "targetNamespace") ?? Resource.Namespace;

    public string FullName
    {
        get
        {
            var name = Text("nameOverride") ?? ChartName;
            return Text("fullnameOverride") ?? (Release.Contains(name, StringComparison.Ordinal) ? Release : $"{Release}-{name}");
        }
    }

    public string DeploymentName => Text("deployment", "name") ?? FullName;

    public string ServiceName => Text("service", "name") ?? FullName;

    /// <summary>The Service that is scraped; its name is the job label of every series.</summary>
    public string MetricsService => FullName + "-metrics";

    public bool IsClusterService => Switch(true, "isClusterService");

    public string AppLabel => Text("k8sAppLabelOverride") ?? ChartName;

    /// <summary>What the chart selects its own pods by.</summary>
    public ImmutableDictionary<string, string> SelectorLabels
    {
        get
        {
            var labels = ImmutableDictionary<string, string>.Empty
                .Add("app.kubernetes.io/instance", Release)
                .Add("app.kubernetes.io/name", Text("nameOverride") ?? ChartName);
            return IsClusterService ? labels.Add("k8s-app", AppLabel) : labels;
        }
    }

    public ImmutableDictionary<string, string> PodLabels => ((Values["customLabels"] as Mapping)?.Entries ?? [])
        .Aggregate(SelectorLabels, (labels, entry) => labels.SetItem(entry.Key, (entry.Value as Scalar)?.Value ?? ""));

    public bool ScrapesItself => Switch(false, "prometheus", "monitor", "enabled");

    public bool HasMetricsService => Switch(false, "prometheus", "service", "enabled");

    /// <summary>The releases of a cluster.</summary>
    public static IEnumerable<CoreDnsRelease> In(ClusterView cluster) =>
        from layer in cluster.Layers
        from resource in layer.Applied
        where resource is { Kind: "HelmRelease", Group: "helm.toolkit.fluxcd.io" }
        let chart = ChartReference.Of(resource.Body, (kind, @namespace, name) => cluster.Find(kind, @namespace, name)?.Body)
        where chart?.Name == ChartName
        select new CoreDnsRelease { Layer = layer, Resource = resource, Chart = chart };

    /// <summary>A value that is set to something, else null.</summary>
    public string? Text(params ReadOnlySpan<string> path) => Values.At(path) is Scalar { Value.Length: > 0 } scalar && !Schema.ScalarKind.IsNull(scalar) ? scalar.Value : null;

    /// <summary>A switch, or the chart's default where it is not set.</summary>
    public bool Switch(bool whenUnset, params ReadOnlySpan<string> path) => Text(path) is { } text ? text == "true" : whenUnset;

    public int? Number(params ReadOnlySpan<string> path) =>
        int.TryParse(Text(path), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    internal Findings.Finding Report(string rule, string message, string mend, params ReadOnlySpan<string> path) =>
        Lint.Report.At(Resource, ["spec", "values", .. path], rule, message, mend);
}
