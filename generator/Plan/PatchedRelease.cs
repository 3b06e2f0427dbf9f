using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// The changes of patches in <c>spec.postRenderers</c> to objects of the coredns chart, which the values of the release do not show.
/// </summary>
internal static class PatchedRelease
{
    private const string Whole = "all of it";

    /// <summary>The changes of a release's patches that DNS depends on, as a sentence; null for none.</summary>
    public static (string Reason, ImmutableArray<FieldChange> Fields)? Danger(
        Manifest before, Inventory inventoryBefore, Manifest after, Inventory inventoryAfter)
    {
        if (!ReleaseChange.IsCoreDns(before, inventoryBefore)
            || (before.Body.At("spec", "postRenderers") is null && after.Body.At("spec", "postRenderers") is null)
            || Release(before, inventoryBefore) is not { } old || Release(after, inventoryAfter) is not { } now)
        {
            return null;
        }

        var (patchedBefore, patchedAfter) = (DnsObjects.Patched(old), DnsObjects.Patched(now));
        var plain = Fields(DnsObjects.Of(old), DnsObjects.Of(now)).ToHashSet();
        var found = Fields(patchedBefore, patchedAfter).Where(field => !plain.Contains(field))
            .Select(field => (Field: field, Effect: EffectOf(field.Id, field.Change))).Where(pair => pair.Effect is not null).ToArray();
        if (found is not [var first, ..])
        {
            return null;
        }

        var (id, change) = first.Field;
        return ($"a patch changes {id.Kind} {id.Name}, {change.Path}: {first.Effect}",
        [
            .. found.Select(pair => pair.Field)
                .Select(field => field.Change with { Path = $"{field.Id.Kind} {field.Id.Name}: {field.Change.Path}" }),
        ]);
    }

    private static IEnumerable<(ResourceId Id, FieldChange Change)> Fields(DnsObjects before, DnsObjects after)
    {
        foreach (var ((_, old), (_, now)) in before.All.Zip(after.All))
        {
            if ((old ?? now)?.Id is { } id)
            {
                foreach (var change in old is null || now is null
                    ? [new FieldChange(Whole, old is null ? null : "there", now is null ? null : "there")] : FieldDiff.Between(old, now))
                {
                    yield return (id, change);
                }
            }
        }
    }

    private static string? EffectOf(ResourceId id, FieldChange change) => change.Path == Whole ? "DNS needs it"
        : id.Kind == "ConfigMap" && ImmutableFields.IsAtOrBelow(change.Path, "data")
            ? "no check of this program reads the Corefile of a patch" : DnsFields.EffectOf(id, change);

    private static CoreDnsRelease? Release(Manifest manifest, Inventory inventory)
    {
        var helm = HelmRelease.Of(manifest, inventory.Find);
        return helm.Chart is { } chart && inventory.Layers.Values.FirstOrDefault() is { } layer
            ? new CoreDnsRelease { Layer = layer, Helm = helm, Chart = chart } : null;
    }
}
