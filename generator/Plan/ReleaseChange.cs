using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The effects of a changed HelmRelease on the objects of its chart.</summary>
internal static class ReleaseChange
{
    private static readonly string OtherSelector = ImmutableFields.Failure("Deployment", "selector");

    /// <summary>Values of the CoreDNS chart that set an immutable field (chart 1.38.0, deployment.yaml and service.yaml).</summary>
    private static readonly (string Value, string Effect)[] Frozen =
    [
        ("spec.values.service.clusterIP", ImmutableFields.Failure("Service", "clusterIP")),
        ("spec.values.service.clusterIPs", ImmutableFields.Failure("Service", "clusterIPs")),
        ("spec.values.k8sAppLabelOverride", OtherSelector),
        ("spec.values.isClusterService", OtherSelector),
        ("spec.values.deployment.selector", OtherSelector),
        ("spec.values.nameOverride", OtherSelector),
        ("spec.values.fullnameOverride", "Deployment and Service get new names: the old ones are deleted"),
        ("spec.values.deployment.name", "the Deployment gets a new name: the old one is deleted"),
        ("spec.values.deployment.enabled", "the Deployment is created or deleted"),
        ("spec.values.service.name", "the Service gets a new name: the old one and its address are deleted"),
    ];

    /// <summary>The labels that the chart's Service selects by default.</summary>
    private static readonly string[] ChartLabels = ["app.kubernetes.io/instance", "app.kubernetes.io/name", "k8s-app"];

    public static bool IsCoreDns(Manifest resource, Inventory inventory) =>
        HelmRelease.Installs(CoreDnsNames.Chart, resource, inventory.Find);

    /// <summary>Why Flux uninstalls a release of any chart and installs it again; null if it does not.</summary>
    public static string? Reinstalled(Manifest before, Manifest after)
    {
        if (!before.IsHelmRelease)
        {
            return null;
        }

        // helm-controller compares these four with the last release (its release target), and uninstalls that if one differs.
        var (old, now) = (Target(before), Target(after));
        if ((old.Chart is null) != (now.Chart is null))
        {
            // A move to another kind of source; the chart usually stays the same, which is not known here.
            now = now with { Chart = old.Chart };
        }

        if (old == now)
        {
            return null;
        }

        var what = old.Name != now.Name ? $"its release is renamed from {old.Name} to {now.Name}"
            : old.Namespace != now.Namespace ? $"it moves from namespace {old.Namespace} to {now.Namespace}"
            : old.Storage != now.Storage ? $"its history moves from namespace {old.Storage} to {now.Storage}"
            : $"its chart changes from {old.Chart} to {now.Chart}";
        return $"{what}: Flux uninstalls it and installs it again";
    }

    /// <summary>Why CoreDNS's release cannot be upgraded in place; null if it can.</summary>
    public static string? Impossible(IEnumerable<FieldChange> fields) =>
        Frozen.FirstOrDefault(frozen => fields.Any(field => ImmutableFields.IsAtOrBelow(field.Path, frozen.Value))).Effect;

    /// <summary>
    /// The labels that CoreDNS's Service will select and that the pods do not have yet, or null. Helm changes the Service before the new
    /// pods exist; until they are ready, the Service has no endpoint.
    /// </summary>
    public static string? Unserved(Manifest before, Manifest after)
    {
        if (after.Body.At("spec", "values", "service", "selector") is not Mapping selector)
        {
            return null;
        }

        var labels = before.Body.EntriesAt("spec", "values", "customLabels").Select(entry => entry.Key);
        var old = (before.Body.At("spec", "values", "service", "selector") as Mapping)?.Select(entry => entry.Key) ?? ChartLabels;
        var missing = selector.Select(entry => entry.Key).Except(old).Except(labels).ToArray();
        return missing.Length == 0
            ? null
            : $"the Service will select {string.Join(", ", missing)}, which no pod has yet: it has no endpoint until the new pods are " +
                "ready. "
            + "Roll out the label on its own first";
    }

    /// <summary>
    /// The domains that the <c>kubernetes</c> plugin will no longer serve, as a sentence, or null: the names that pods use end in them.
    /// </summary>
    public static string? Unnamed(Manifest before, Manifest after)
    {
        var (old, now) = (Domains(before), Domains(after));
        var gone = old.Except(now).ToArray();
        return gone.Length == 0
            ? null
            : $"no name below {string.Join(", ", gone)} resolves anymore, and running pods and kubelets (clusterDomain) keep asking";
    }

    /// <summary>
    /// The effect of enabling or disabling CoreDNS's autoscaler, or null. When it is enabled, the chart writes no number of replicas, Helm
    /// removes the old one, and the default of Kubernetes is one (observed with chart 1.38.0, Helm 3.17 and Kubernetes 1.34: one pod for 15
    /// s).
    /// </summary>
    public static string? Shrunk(Manifest before, Manifest after) =>
        !Scales(before) && Scales(after)
            && before.Body.TextAt("spec", "values", "replicaCount") is { } replicas and not "1"
            ? $"Helm takes the number of replicas ({replicas}) away: one pod runs until the autoscaler acts, about 15 s later"
            : Unscaled(before, after);

    /// <summary>The effect of disabling an autoscaler, or null: the chart writes the number of replicas again.</summary>
    private static string? Unscaled(Manifest before, Manifest after) =>
        Scales(before) && !Scales(after)
            ? $"Helm sets {after.Body.TextAt("spec", "values", "replicaCount") ?? "1"} replicas at once"
                + (Most(before) is { } most ? $", where the autoscaler runs up to {most}" : "")
            : null;

    /// <summary>The written maximum of the autoscaler; null for none.</summary>
    private static string? Most(Manifest release) => release.Body.TextAt("spec", "values", "hpa", "enabled") == "true"
        ? release.Body.TextAt("spec", "values", "hpa", "maxReplicas") : release.Body.TextAt("spec", "values", "autoscaler", "max");

    private static bool Scales(Manifest release) =>
        release.Body.TextAt("spec", "values", "hpa", "enabled") == "true"
        || release.Body.TextAt("spec", "values", "autoscaler", "enabled") == "true";

    private static string[] Domains(Manifest release) =>
    [
        .. release.Body.MappingsAt("spec", "values", "servers").SelectMany(server => server.MappingsAt("plugins"))
            .Where(plugin => plugin.TextAt("name") == "kubernetes")
            .SelectMany(plugin => (plugin.TextAt("parameters") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(zone => !zone.EndsWith(".arpa", StringComparison.Ordinal)),
    ];

    private static (string Name, string Namespace, string Storage, string? Chart) Target(Manifest release)
    {
        var helm = HelmRelease.Of(release, (_, _, _) => null);
        return (helm.Name, helm.Namespace, release.Body.TextAt("spec", "storageNamespace") ?? release.Namespace, ChartName(release.Body));
    }

    /// <summary>Null for a chart with its own source, whose name is only in the chart.</summary>
    private static string? ChartName(Mapping release) => release.TextAt("spec", "chart", "spec", "chart");
}
