using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// What patches in <c>spec.postRenderers</c> change about the objects of the chart coredns. The values of the release do not show it.
/// </summary>
internal static class PatchedRelease
{
    /// <summary>Fields that DNS depends on, with what happens to it; the first one that fits is said.</summary>
    private static readonly (string Kind, string Field, string Effect)[] Guarded =
    [
        ("Service", "spec.selector", "the Service may have no endpoint"),
        ("Service", "spec.clusterIP", "the Service's clusterIP cannot change: the upgrade fails"),
        ("Service", "spec.clusterIPs", "the Service's clusterIPs cannot change: the upgrade fails"),
        ("Service", "spec.ports", "queries to a port of the Service may get no answer"),
        ("Service", "spec.type", "the address of the Service may change"),
        ("Service", "spec.internalTrafficPolicy", "pods on nodes without a DNS pod may get no answer"),
        ("Service", "spec.ipFamilies", "the Service loses or gains an address"),
        ("Deployment", "spec.selector", "the Deployment's selector cannot change: the upgrade fails"),
        ("Deployment", "spec.replicas", "another number of pods than the definition's answers"),
        ("Deployment", "spec.strategy", "a rollout may take pods away before new ones answer"),
        ("Deployment", "spec.template.metadata.labels", "Service, budget and policies select the pods by their labels"),
        ("Deployment", "spec.template.spec.dnsPolicy", "the pods may ask themselves"),
        ("Deployment", "spec.template.spec.hostNetwork", "the pods change their network"),
        ("Deployment", "spec.template.spec.serviceAccountName", "CoreDNS may not be allowed to list Services"),
        ("Deployment", "spec.template.spec.topologySpreadConstraints", "all pods may run on one node"),
        ("Deployment", "spec.template.spec.securityContext", "the kubelet may refuse to start the pods"),
        ("Deployment", "spec.template.spec.containers", "the container coredns may not start or not be ready"),
        ("Deployment", "spec.template.spec.volumes", "the pods may not start"),
        ("ConfigMap", "data", "no check of this program reads the Corefile of a patch"),
    ];

    /// <summary>In a container these may change: they decide what a pod costs, not whether it answers.</summary>
    private static readonly string[] Free = ["resources", "env", "image", "imagePullPolicy", "livenessProbe"];

    /// <summary>What the patches of one release change that DNS depends on, in a sentence; null for nothing.</summary>
    public static (string Reason, ImmutableArray<FieldChange> Fields)? Danger(
        Manifest before, Inventory inventoryBefore, Manifest after, Inventory inventoryAfter)
    {
        if (!ReleaseChange.IsCoreDns(before)
            || (before.Body.At("spec", "postRenderers") is null && after.Body.At("spec", "postRenderers") is null)
            || Release(before, inventoryBefore) is not { } old || Release(after, inventoryAfter) is not { } now)
        {
            return null;
        }

        var (patchedBefore, patchedAfter) = (DnsObjects.Patched(old), DnsObjects.Patched(now));
        var plain = Fields(DnsObjects.Of(old), DnsObjects.Of(now)).ToHashSet();
        var found = Fields(patchedBefore, patchedAfter).Where(field => !plain.Contains(field))
            .Select(field => (Field: field, Effect: EffectOf(field))).Where(pair => pair.Effect is not null).ToArray();
        if (found is not [var first, ..])
        {
            return null;
        }

        var field = first.Field;
        return ($"a patch changes {field.Kind} {field.Name}, {field.Change.Path}: {first.Effect}",
            [.. found.Select(pair => pair.Field.Change with { Path = $"{pair.Field.Kind} {pair.Field.Name}: {pair.Field.Change.Path}" })]);
    }

    private static IEnumerable<(string Kind, string Name, FieldChange Change)> Fields(DnsObjects before, DnsObjects after)
    {
        foreach (var ((kind, old), (_, now)) in before.All.Zip(after.All))
        {
            var name = (old ?? now)?.Name ?? "";
            foreach (var change in (old, now) switch
            {
                ({ } one, { } other) => FieldDiff.Between(one, other),
                (null, null) => [],
                _ => [new FieldChange("all of it", old is null ? null : "there", now is null ? null : "there")],
            })
            {
                yield return (kind, name, change);
            }
        }
    }

    private static string? EffectOf((string Kind, string Name, FieldChange Change) field)
    {
        if (field.Change.Path == "all of it")
        {
            return "DNS needs it";
        }

        const string Containers = "spec.template.spec.containers[";
        if (field.Change.Path.StartsWith(Containers, StringComparison.Ordinal)
            && field.Change.Path.IndexOf("].", StringComparison.Ordinal) is var end and > 0
            && Free.Any(key => ImmutableFields.IsAtOrBelow(field.Change.Path[(end + 2)..], key)))
        {
            return null;
        }

        // A port or a label more takes nothing away.
        return field.Change.Before is null
            && ((field.Change.Path.StartsWith("spec.ports[", StringComparison.Ordinal) && field.Change.Path.EndsWith(']'))
                || field.Change.Path.StartsWith("spec.template.metadata.labels.", StringComparison.Ordinal))
            ? null
            : Guarded.FirstOrDefault(guarded =>
                guarded.Kind == field.Kind && ImmutableFields.IsAtOrBelow(field.Change.Path, guarded.Field)).Effect;
    }

    private static CoreDnsRelease? Release(Manifest manifest, Inventory inventory)
    {
        var helm = HelmRelease.Of(manifest, inventory.Find);
        return helm.Chart is { } chart && inventory.Layers.Values.FirstOrDefault() is { } layer
            ? new CoreDnsRelease { Layer = layer, Helm = helm, Chart = chart } : null;
    }
}
