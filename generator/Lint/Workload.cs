using System.Collections.Immutable;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Pods or a Service that a cluster will have: where, and with which labels.</summary>
internal sealed record Workload(string Namespace, ImmutableDictionary<string, string> Labels)
{
    private static readonly string[] Controllers = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];

    /// <summary>The pods of the releases and of the objects of the tree.</summary>
    public static IReadOnlyList<Workload> Pods(ClusterView cluster) =>
    [
        .. cluster.Releases.Select(release => Of(release.Namespace, release.PodLabels)),
        .. cluster.Applied.Where(resource => Controllers.Contains(resource.Kind))
            .Select(resource => Of(resource.Namespace, LabelsOf(resource.Body.At("spec", "template", "metadata", "labels")))),
        .. cluster.Applied.Where(resource => resource.Kind == "Pod").Select(resource => Of(resource.Namespace, LabelsOf(resource.Body.At("metadata", "labels")))),
    ];

    /// <summary>The Services of the releases and of the tree.</summary>
    public static IReadOnlyList<Workload> Services(ClusterView cluster) =>
    [
        .. cluster.Releases.Select(release => new Workload(release.Namespace, release.SelectorLabels)),
        .. cluster.Releases.Where(release => release.HasMetricsService)
            .Select(release => new Workload(release.Namespace, release.SelectorLabels.SetItem("app.kubernetes.io/component", "metrics"))),
        .. cluster.Applied.Where(resource => resource.Kind == "Service").Select(resource => new Workload(resource.Namespace, LabelsOf(resource.Body.At("metadata", "labels")))),
    ];

    // Cilium gives every pod its namespace as a label.
    private static Workload Of(string @namespace, ImmutableDictionary<string, string> labels) => new(@namespace, labels.SetItem("io.kubernetes.pod.namespace", @namespace));

    private static ImmutableDictionary<string, string> LabelsOf(Node? node) => ((node as Mapping)?.Entries ?? [])
        .ToImmutableDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal);
}
