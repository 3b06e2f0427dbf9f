using System.Collections.Immutable;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Pods or a Service that a cluster will have: where, and with which labels.</summary>
internal sealed record Workload(string Namespace, ImmutableDictionary<string, string> Labels)
{
    private static readonly string[] Controllers =
        ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"];

    /// <summary>Groups of custom resources that surely make no pods and no Services.</summary>
    private static readonly string[] WithoutPods =
    [
        "cilium.io", "cert-manager.io", "acme.cert-manager.io", "external-secrets.io", "notification.toolkit.fluxcd.io",
        "source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "image.toolkit.fluxcd.io",
    ];

    /// <summary>Of Prometheus Operator, which makes pods of its other kinds.</summary>
    private static readonly string[] Monitoring =
        ["ServiceMonitor", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "AlertmanagerConfig"];

    /// <summary>The pods of the releases and of the objects of the tree.</summary>
    public static IReadOnlyList<Workload> Pods(ClusterView cluster) =>
    [
        .. cluster.Releases.Select(release => Of(release.Namespace, release.PodLabels)),
        .. cluster.Applied.Where(resource => Controllers.Contains(resource.Kind))
            .Select(resource => Of(resource.Namespace, LabelsOf(resource.Body, "spec", "template", "metadata", "labels"))),
        .. cluster.Applied.Where(resource => resource.Kind == "Pod")
            .Select(resource => Of(resource.Namespace, LabelsOf(resource.Body, "metadata", "labels"))),
        .. cluster.Applied.Where(resource => resource.Kind == "CronJob").Select(resource =>
            Of(resource.Namespace, LabelsOf(resource.Body, "spec", "jobTemplate", "spec", "template", "metadata", "labels"))),
    ];

    /// <summary>Whether a namespace may have pods and Services that lint does not see: of another chart, of a controller of custom
    /// resources, or of another repository.</summary>
    public static Func<string, bool> Unknown(ClusterView cluster)
    {
        var ours = cluster.Releases.Select(release => release.Manifest.Id).ToHashSet();
        var others = cluster.Applied.Where(resource => resource.IsHelmRelease && !ours.Contains(resource.Id))
            .Select(resource => resource.Body.TextAt("spec", "targetNamespace") ?? resource.Namespace).ToHashSet(StringComparer.Ordinal);
        others.UnionWith(cluster.Applied.Where(MayMakePods).Select(resource => resource.Namespace));
        others.UnionWith(cluster.Releases.Where(release => release.IsPatched("labels")).Select(release => release.Namespace));

        // A custom resource without a namespace may make them anywhere.
        var anywhere = others.Contains("") || cluster.Layers.Any(layer => layer.IsForeign);
        return @namespace => anywhere || others.Contains(@namespace);
    }

    /// <summary>True for a custom resource whose controller may make pods and other objects.</summary>
    public static bool MayMakePods(Manifest resource) => resource is { Kind: "Gateway", Group: "gateway.networking.k8s.io" }
        || (resource.IsCustom && !WithoutPods.Contains(resource.Group)
            && !(resource.Group == "monitoring.coreos.com" && Monitoring.Contains(resource.Kind)));

    /// <summary>The Services of the releases and of the tree.</summary>
    public static IReadOnlyList<Workload> Services(ClusterView cluster) =>
    [
        .. cluster.Releases.Select(release => new Workload(release.Namespace, release.SelectorLabels)),
        .. cluster.Releases.Where(release => release.HasMetricsService)
            .Select(release => new Workload(release.Namespace, release.SelectorLabels.SetItem("app.kubernetes.io/component", "metrics"))),
        .. cluster.Applied.Where(resource => resource.Kind == "Service")
            .Select(resource => new Workload(resource.Namespace, LabelsOf(resource.Body, "metadata", "labels"))),
    ];

    // Cilium gives every pod its namespace as a label.
    private static Workload Of(string @namespace, ImmutableDictionary<string, string> labels) =>
        new(@namespace, labels.SetItem("io.kubernetes.pod.namespace", @namespace));

    private static ImmutableDictionary<string, string> LabelsOf(Mapping body, params ReadOnlySpan<string> path) => body.EntriesAt(path)
        .ToImmutableDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal);
}

/// <summary>Label selectors of Kubernetes and Cilium.</summary>
internal static class LabelSelector
{
    /// <summary>True if a selector matches these labels, or selects everything.</summary>
    /// <param name="selector">With matchLabels and matchExpressions.</param>
    /// <param name="labels">The labels of a pod or a Service.</param>
    public static bool Matches(Node? selector, IReadOnlyDictionary<string, string> labels) => selector is Mapping mapping
        && mapping.EntriesAt("matchLabels").All(entry => labels.TryGetValue(Key(entry.Key), out var value)
            && value == (entry.Value as Scalar)?.Value)
        && mapping.MappingsAt("matchExpressions").All(expression => Matches(expression, labels));

    /// <summary>True if a selector may match: a label that is not known here may have any value.</summary>
    public static bool MayMatch(Node? selector, IReadOnlyDictionary<string, string> known) => selector is not Mapping mapping
        || (mapping.EntriesAt("matchLabels").All(entry => !known.TryGetValue(Key(entry.Key), out var value)
                || value == (entry.Value as Scalar)?.Value)
            && mapping.MappingsAt("matchExpressions").All(expression =>
                !known.ContainsKey(Key(expression.TextAt("key") ?? "")) || Matches(expression, known)));

    /// <summary>True if a selector has no requirement: its lists may be written and empty.</summary>
    public static bool IsEverything(Node? selector) => selector switch
    {
        null or Scalar { IsNull: true } => true,
        Mapping mapping => mapping.Entries.All(entry => entry.Key is "matchLabels" or "matchExpressions"
            && entry.Value is Scalar { IsNull: true } or Mapping { Entries.IsEmpty: true } or Sequence { Items.IsEmpty: true }),
        _ => false,
    };

    private static bool Matches(Mapping expression, IReadOnlyDictionary<string, string> labels)
    {
        var isSet = labels.TryGetValue(Key(expression.TextAt("key") ?? ""), out var value);
        var listed = expression.ItemsAt("values").OfType<Scalar>().Any(item => item.Value == value);
        return expression.TextAt("operator") switch
        {
            "In" => isSet && listed,
            "NotIn" => !isSet || !listed,
            "Exists" => isSet,
            "DoesNotExist" => !isSet,
            _ => false,
        };
    }

    /// <summary>Cilium prefixes a label with its origin.</summary>
    private static string Key(string key) =>
        key.StartsWith("k8s:", StringComparison.Ordinal) || key.StartsWith("any:", StringComparison.Ordinal) ? key[4..] : key;
}
