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
