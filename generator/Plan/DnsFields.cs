using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The fields of objects of the coredns chart that DNS depends on.</summary>
internal static class DnsFields
{
    private const string NoRights = "CoreDNS may not be allowed to list Services";
    private const string OtherNumber = "another number of pods than the definition's answers";
    private const string Containers = "spec.template.spec.containers";

    /// <summary>Each with its effect on DNS; the first match is reported. Immutable fields are not repeated.</summary>
    private static readonly (string Kind, string Field, string Effect)[] Guarded =
    [
        ("Service", "spec.selector", "the Service may have no endpoint"),
        ("Service", "spec.clusterIPs", "the Service loses or gains an address"),
        ("Service", "spec.ports", "queries to a port of the Service may get no answer"),
        ("Service", "spec.type", "the address of the Service may change"),
        ("Service", "spec.internalTrafficPolicy", "pods on nodes without a DNS pod may get no answer"),
        ("Service", "spec.ipFamilies", "the Service loses or gains an address"),
        ("Deployment", "spec.replicas", OtherNumber),
        ("Deployment", "spec.strategy", "a rollout may take pods away before new ones answer"),
        ("Deployment", "spec.template.metadata.labels", "Service, budget and policies select the pods by their labels"),
        ("Deployment", "spec.template.spec.dnsPolicy", "the pods may ask themselves"),
        ("Deployment", "spec.template.spec.hostNetwork", "the pods change their network"),
        ("Deployment", "spec.template.spec.serviceAccountName", NoRights),
        ("Deployment", "spec.template.spec.topologySpreadConstraints", "all pods may run on one node"),
        ("Deployment", "spec.template.spec.securityContext", "the kubelet may refuse to start the pods"),
        ("Deployment", Containers, "the container coredns may not start or not be ready"),
        ("Deployment", "spec.template.spec.volumes", "the pods may not start"),
        ("Deployment", "spec.template.spec.automountServiceAccountToken", NoRights),
        (DnsObjects.AccountKind, "automountServiceAccountToken", NoRights),
        (DnsObjects.RoleKind, "rules", NoRights),
        (DnsObjects.BindingKind, "subjects", NoRights),
        (DnsObjects.ScalerKind, "spec.minReplicas", OtherNumber),
        (DnsObjects.ScalerKind, "spec.maxReplicas", OtherNumber),
        (DnsObjects.ScalerKind, "spec.scaleTargetRef", "nothing scales the DNS pods"),
        (DnsObjects.BudgetKind, "spec", "a drain may evict all DNS pods, or none"),
    ];

    /// <summary>These fields of a container may change: they affect its costs, not its answers.</summary>
    private static readonly string[] Free = ["resources", "env", "image", "imagePullPolicy", "livenessProbe"];

    /// <summary>The effect on DNS of a changed field of one of these objects; null for none.</summary>
    public static string? EffectOf(ResourceId id, FieldChange change)
    {
        if (ImmutableFields.Of(id, change.Path) is { } immutable)
        {
            return ImmutableFields.Failure(id.Kind, immutable);
        }

        if (change is { Before: { } before, After: { } after } && change.Path.EndsWith("].image", StringComparison.Ordinal)
            && before.Contains(CoreDnsNames.Chart, StringComparison.OrdinalIgnoreCase)
            && !after.Contains(CoreDnsNames.Chart, StringComparison.OrdinalIgnoreCase))
        {
            return "the name of the image is not that of CoreDNS";
        }

        return IsFree(change.Path) || (change.Before is null && IsMore(id.Kind, change.Path)) ? null
            : Guarded.FirstOrDefault(guarded =>
                guarded.Kind == id.Kind && ImmutableFields.IsAtOrBelow(change.Path, guarded.Field)).Effect;
    }

    private static bool IsFree(string path) => InContainer(path) is { } key && Free.Any(free => ImmutableFields.IsAtOrBelow(key, free));

    /// <summary>True for an added port, label or right, which removes nothing.</summary>
    private static bool IsMore(string kind, string path) =>
        (path.EndsWith(']') && (path.StartsWith("spec.ports[", StringComparison.Ordinal)
            || InContainer(path)?.StartsWith("ports[", StringComparison.Ordinal) == true))
        || path.StartsWith("spec.template.metadata.labels.", StringComparison.Ordinal)
        || kind is DnsObjects.RoleKind or DnsObjects.BindingKind;

    /// <summary>The path below a container; null for other paths.</summary>
    private static string? InContainer(string path) => path.StartsWith($"{Containers}[", StringComparison.Ordinal)
        && path.IndexOf("].", StringComparison.Ordinal) is var end and > 0 ? path[(end + 2)..] : null;
}
