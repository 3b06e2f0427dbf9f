using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do to get from one inventory to another.</summary>
public static class Planner
{
    /// <summary>Compares the current objects of a cluster with those that it will have.</summary>
    /// <param name="cluster">Its name.</param>
    /// <param name="before">What it has.</param>
    /// <param name="after">What it will have.</param>
    /// <param name="held">A sentence about what Flux leaves as it is, because it cannot build the new tree; null where it can.</param>
    public static ClusterPlan Plan(string cluster, Inventory before, Inventory after, string? held = null)
    {
        if (!after.Exists)
        {
            // Flux reports the missing folder and prunes nothing: only a successful build replaces an inventory.
            return new ClusterPlan(cluster)
            {
                Note = "no longer has a folder: its Flux will report an error and change nothing. Remove the cluster, or point its Flux " +
                    "to another folder.",
                Findings = after.Findings,
            };
        }

        var needed = DnsDependencies.In(before, after);
        var changes = before.Objects.Keys.Union(after.Objects.Keys)
            .Select(id => Of(before.Objects.GetValueOrDefault(id), after.Objects.GetValueOrDefault(id), before, after))
            .OfType<Change>()
            .Select(change => change with
            {
                EndangersDns = change.EndangersDns
                    || (needed.Contains(change.Id) && change.Kind is not (ChangeKind.Create or ChangeKind.Change)),
            });
        return new ClusterPlan(cluster)
        {
            Changes =
            [
                .. changes.OrderBy(change => change.Kind).ThenBy(change => change.Owner.Name, StringComparer.Ordinal)
                    .ThenBy(change => change.Id.ToString(), StringComparer.Ordinal),
            ],
            Note = held ?? (before.Exists ? null : "is new."),
            Findings = after.Findings,
        };
    }

    private static Change? Of(Managed? before, Managed? after, Inventory inventoryBefore, Inventory inventoryAfter) =>
        (before, after) switch
        {
            (null, { } made) => new Change(ChangeKind.Create, made.Id, made.Owner),
            ({ } gone, null) => Leaving(gone, inventoryBefore, inventoryAfter),
            ({ } old, { } now) => Changed(old, now, inventoryBefore, inventoryAfter),
            _ => null,
        };

    /// <summary>The Flux Kustomization of an object; null where nothing in the tree applies it, or it applies itself.</summary>
    private static Managed? OwnerOf(Managed gone, Inventory before) =>
        before.Objects.GetValueOrDefault(gone.Owner) is { } owner && owner.Owner != owner.Id ? owner : null;

    private static Change Leaving(Managed gone, Inventory before, Inventory after)
    {
        var (deletes, reason) = Deletes(gone, before, after);
        if (deletes && DnsEffects.OfDeletion(gone, before, after) is { } danger)
        {
            return new Change(ChangeKind.Prune, gone.Id, gone.Owner) { Reason = danger, EndangersDns = true };
        }

        return new Change(deletes ? ChangeKind.Prune : ChangeKind.Abandon, gone.Id, gone.Owner)
        {
            Reason = !deletes ? reason : gone.Manifest switch
            {
                { Kind: "Namespace", Group: "" } => "with everything in it",
                { Kind: "CustomResourceDefinition" } => "with every object of its kind",
                { Kind: "HelmRelease" } => "Flux uninstalls it",
                { Kind: "PersistentVolumeClaim" } => "its data may go with it",
                _ => reason,
            },
        };
    }

    /// <summary>Whether Flux deletes an object that its layer no longer has.</summary>
    private static (bool Deletes, string? Reason) Deletes(Managed gone, Inventory before, Inventory after)
    {
        if (gone.KeptWhenGone)
        {
            return (false, "it has prune: disabled");
        }

        if (after.Layers.TryGetValue(gone.Owner, out var layer))
        {
            return layer.Prunes ? (true, null) : (false, $"{gone.Owner.Name} does not prune");
        }

        // The layer leaves the tree as well. If it is kept, it continues with its folder as long as that exists: it builds what is left
        // there, and prunes the rest, itself included.
        var owner = OwnerOf(gone, before);
        if (owner is null && before.Layers[gone.Owner] is { IsBootstrap: false, Prunes: true } kept
            && after.Layers.Values.Any(left => left.IsBootstrap && left.Folder == kept.Folder))
        {
            return (true, $"{gone.Owner.Name} still reads {kept.Folder}, which has other files");
        }

        if (owner is null || !Deletes(owner, before, after).Deletes)
        {
            return (false, $"{gone.Owner.Name} stays in the cluster without its file");
        }

        return before.Layers[gone.Owner].DeletesWithItself
            ? (true, $"{gone.Owner.Name} is deleted")
            : (false, $"{gone.Owner.Name} is deleted and keeps its objects in the cluster");
    }

    private static Change? Changed(Managed old, Managed now, Inventory before, Inventory after)
    {
        ImmutableArray<FieldChange> fields = [.. FieldDiff.Between(old.Manifest, now.Manifest)];
        // The source of a release may have another chart while the release itself stays as it is.
        var change = new Change(ChangeKind.Change, now.Id, now.Owner)
        {
            Fields = [.. ChartChange(old.Manifest, before, now.Manifest, after), .. fields],
        };
        if (change.Fields.IsEmpty && old.Owner == now.Owner)
        {
            return null;
        }

        // First, because nothing that the other rules know of an update happens.
        if (now.NeverChanged && old.Owner == now.Owner)
        {
            return change with { Reason = "Flux does not update it (annotation kustomize.toolkit.fluxcd.io/reconcile or /ssa)" };
        }

        var isDns = ReleaseChange.IsCoreDns(old.Manifest, before);
        if ((ReleaseChange.Reinstalled(old.Manifest, now.Manifest) ?? (isDns ? ReleaseChange.Impossible(fields) : null)) is { } release)
        {
            return change with { Kind = ChangeKind.Replace, Reason = release };
        }

        if (PatchedRelease.Danger(old.Manifest, before, now.Manifest, after) is { } patched)
        {
            return change with { Reason = patched.Reason, EndangersDns = true, Fields = [.. patched.Fields, .. change.Fields] };
        }

        if (DnsEffects.OfChange(old.Manifest, before, now.Manifest, after) is { } danger)
        {
            return change with { Reason = danger, EndangersDns = true };
        }

        if (ImmutableFields.Among(fields, old.Manifest) is { } frozen)
        {
            var forced = now.Forced || after.Layers[now.Owner].Forces;
            var effect = forced ? "Flux deletes the object and creates it again" : "Flux fails here and stops";
            return change with { Kind = ChangeKind.Replace, Reason = $"{frozen} cannot change: {effect}" };
        }

        if (old.Owner != now.Owner)
        {
            var (deletes, reason) = Deletes(old, before, after);
            return deletes
                ? change with { Kind = ChangeKind.Move, Reason = $"from {old.Owner.Name}, which deletes it if it is reconciled first" }
                : change with { Reason = $"moves from {old.Owner.Name} without harm: {reason}" };
        }

        return change with
        {
            Reason = (isDns ? ReleaseChange.Shrunk(old.Manifest, now.Manifest) : null) ?? ChartKept(old.Manifest, now.Manifest)
                ?? NodeCacheEffects.Unasked(old.Manifest, now.Manifest, before, after),
        };
    }

    /// <summary>Why another tag of an OCIRepository changes nothing; null where it does.</summary>
    private static string? ChartKept(Manifest old, Manifest now) => now.Kind == "OCIRepository"
        && now.Body.TextAt("spec", "ref", "digest") is { } digest && digest == old.Body.TextAt("spec", "ref", "digest")
        && old.Body.TextAt("spec", "ref", "tag") is { } tag && tag != now.Body.TextAt("spec", "ref", "tag")
            ? $"Flux prefers the digest, which is that of {tag}, and goes on with it" : null;

    /// <summary>The version of a release's chart, which may be in the release or in its source.</summary>
    private static IEnumerable<FieldChange> ChartChange(Manifest old, Inventory before, Manifest now, Inventory after) =>
        Chart(old, before) is { } from && Chart(now, after) is { } to && from != to ? [new FieldChange("chart", from, to)] : [];

    private static string? Chart(Manifest release, Inventory inventory)
    {
        if (!release.IsHelmRelease || HelmRelease.Of(release, inventory.Find).Chart is not { IsFolder: false } chart)
        {
            return null;
        }

        var coreDns = chart.Name == CoreDnsNames.Chart && SemVer.TryParse(chart.Version, out var version, out _)
            ? CoreDnsChart.AppVersionOf(version) : null;
        return $"{chart.Name} {chart.Version}{(coreDns is null ? "" : $" (CoreDNS {coreDns})")}";
    }
}
