using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What a change of a HelmRelease does to the objects of its chart.</summary>
internal static class ReleaseChange
{
    /// <summary>Values of the CoreDNS chart that end in a field that cannot change (chart 1.38.0, deployment.yaml and service.yaml).</summary>
    private static readonly (string Value, string Effect)[] Frozen =
    [
        ("spec.values.service.clusterIP", "the Service's clusterIP cannot change: the upgrade fails"),
        ("spec.values.service.clusterIPs", "the Service's clusterIPs cannot change: the upgrade fails"),
        ("spec.values.k8sAppLabelOverride", "the Deployment's selector cannot change: the upgrade fails"),
        ("spec.values.isClusterService", "the Deployment's selector cannot change: the upgrade fails"),
        ("spec.values.deployment.selector", "the Deployment's selector cannot change: the upgrade fails"),
        ("spec.values.nameOverride", "the Deployment's selector cannot change: the upgrade fails"),
        ("spec.values.fullnameOverride", "Deployment and Service get other names: the old ones are deleted"),
        ("spec.values.deployment.name", "the Deployment gets another name: the old one is deleted"),
        ("spec.values.deployment.enabled", "the Deployment comes or goes"),
        ("spec.values.service.name", "the Service gets another name: the old one and its address are deleted"),
    ];

    /// <summary>What the chart's Service selects where the values say nothing.</summary>
    private static readonly string[] ChartLabels = ["app.kubernetes.io/instance", "app.kubernetes.io/name", "k8s-app"];

    public static bool IsRelease(Resource resource) => resource is { Kind: "HelmRelease", Group: "helm.toolkit.fluxcd.io" };

    public static bool IsCoreDns(Resource resource) =>
        IsRelease(resource) && (ChartName(resource.Body) == "coredns" || (resource.Body.At("spec", "chartRef") is not null && resource.Name == "coredns"));

    /// <summary>Why the release cannot be upgraded in place, or null when it can.</summary>
    public static string? Reason(Resource before, Resource after, IEnumerable<FieldChange> fields)
    {
        if (!IsRelease(before))
        {
            return null;
        }

        // helm-controller compares these four with the last release (its release target) and uninstalls that when one differs.
        var (old, now) = (Target(before), Target(after));
        if ((old.Chart is null) != (now.Chart is null))
        {
            // From one kind of source to another; that the chart stays the same cannot be seen here, and is the rule.
            now = now with { Chart = old.Chart };
        }

        if (old != now)
        {
            var what = old.Name != now.Name ? $"its release is renamed from {old.Name} to {now.Name}"
                : old.Namespace != now.Namespace ? $"it goes from namespace {old.Namespace} to {now.Namespace}"
                : old.Storage != now.Storage ? $"its history goes from namespace {old.Storage} to {now.Storage}"
                : $"its chart changes from {old.Chart} to {now.Chart}";
            return $"{what}: Flux uninstalls it and installs it again";
        }

        return IsCoreDns(before)
            ? Frozen.FirstOrDefault(frozen => fields.Any(field => ImmutableFields.IsAtOrBelow(field.Path, frozen.Value))).Effect
            : null;
    }

    /// <summary>
    /// The labels that the Service will select and that the pods do not carry yet, or null. Helm changes the Service before new pods are
    /// there, and until they are, the Service has no endpoint.
    /// </summary>
    public static string? Unserved(Resource before, Resource after)
    {
        if (!IsCoreDns(before) || after.Body.At("spec", "values", "service", "selector") is not Mapping selector)
        {
            return null;
        }

        var carried = (before.Body.At("spec", "values", "customLabels") as Mapping)?.Entries.Select(entry => entry.Key) ?? [];
        var old = (before.Body.At("spec", "values", "service", "selector") as Mapping)?.Entries.Select(entry => entry.Key) ?? ChartLabels;
        var missing = selector.Entries.Select(entry => entry.Key).Except(old).Except(carried).ToArray();
        return missing.Length == 0
            ? null
            : $"the Service will select {string.Join(", ", missing)}, which no pod carries yet: it has no endpoint until the new pods are ready. Give them the label in a rollout of its own first";
    }

    private static (string Name, string Namespace, string Storage, string? Chart) Target(Resource release)
    {
        var target = release.Body.TextAt("spec", "targetNamespace");
        return (
            release.Body.TextAt("spec", "releaseName") ?? (target is null ? release.Name : $"{target}-{release.Name}"),
            target ?? release.Namespace,
            release.Body.TextAt("spec", "storageNamespace") ?? release.Namespace,
            ChartName(release.Body));
    }

    /// <summary>Null for a chart from a source of its own, whose name stands in the chart alone.</summary>
    private static string? ChartName(Mapping release) => release.TextAt("spec", "chart", "spec", "chart");
}
