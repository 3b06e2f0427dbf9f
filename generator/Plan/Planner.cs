using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do to get from one inventory to another.</summary>
public static class Planner
{
    /// <summary>Compares what a cluster has with what it will have.</summary>
    public static ClusterPlan Plan(string cluster, Inventory before, Inventory after)
    {
        if (!after.Exists)
        {
            // Flux finds no folder, reports that, and prunes nothing: an inventory is only replaced by another one.
            return new ClusterPlan(cluster)
            {
                Note = "has no folder any more: its Flux will report an error, change nothing and delete nothing. Take the cluster down, or point its Flux to another folder.",
                Findings = after.Findings,
            };
        }

        var live = LiveDns.In(before, after);
        var changes = before.Objects.Keys.Union(after.Objects.Keys)
            .Select(id => Of(before.Objects.GetValueOrDefault(id), after.Objects.GetValueOrDefault(id), before, after))
            .OfType<Change>()
            .Select(change => change with { EndangersDns = change.EndangersDns || (live.Contains(change.Id) && change.Kind is not (ChangeKind.Create or ChangeKind.Change)) });
        return new ClusterPlan(cluster)
        {
            Changes = [.. changes.OrderBy(change => change.Kind).ThenBy(change => change.Owner.Name, StringComparer.Ordinal).ThenBy(change => change.Id.ToString(), StringComparer.Ordinal)],
            Note = before.Exists ? null : "is new.",
            Findings = after.Findings,
        };
    }

    private static Change? Of(Managed? before, Managed? after, Inventory inventoryBefore, Inventory inventoryAfter) => (before, after) switch
    {
        (null, { } made) => new Change(ChangeKind.Create, made.Id, made.Owner),
        ({ } gone, null) => Leaving(gone, inventoryBefore, inventoryAfter),
        ({ } old, { } now) => Changed(old, now, inventoryBefore, inventoryAfter),
        _ => null,
    };

    private static Change Leaving(Managed gone, Inventory before, Inventory after)
    {
        var (deletes, reason) = Deletes(gone, before, after);
        return new Change(deletes ? ChangeKind.Prune : ChangeKind.Abandon, gone.Id, gone.Owner)
        {
            Reason = !deletes ? reason : gone.Resource switch
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
            return (false, "it says prune: disabled");
        }

        if (after.Layers.TryGetValue(gone.Owner, out var layer))
        {
            return layer.Prunes ? (true, null) : (false, $"{gone.Owner.Name} does not prune");
        }

        // The layer goes as well. One that is kept goes on with the folder that it had, as long as that is there.
        var owner = before.Objects.GetValueOrDefault(gone.Owner);
        if (owner is null || !Deletes(owner, before, after).Deletes)
        {
            return (false, $"{gone.Owner.Name} stays in the cluster without its file");
        }

        return before.Layers[gone.Owner].DeletesWithItself ? (true, $"{gone.Owner.Name} is deleted") : (false, $"{gone.Owner.Name} is deleted and leaves its objects behind");
    }

    private static Change? Changed(Managed old, Managed now, Inventory before, Inventory after)
    {
        ImmutableArray<FieldChange> fields = [.. FieldDiff.Between(old.Resource, now.Resource)];
        if (fields.IsEmpty && old.Owner == now.Owner)
        {
            return null;
        }

        var change = new Change(ChangeKind.Change, now.Id, now.Owner) { Fields = fields };
        if (ReleaseChange.Reason(old.Resource, now.Resource, fields) is { } release)
        {
            return change with { Kind = ChangeKind.Replace, Reason = release };
        }

        if (ReleaseChange.Unserved(old.Resource, now.Resource) is { } unserved)
        {
            return change with { Reason = unserved, EndangersDns = true };
        }

        if (ImmutableFields.Among(fields, old.Resource) is { } frozen)
        {
            var forced = now.Forced || after.Layers[now.Owner].Forces;
            return change with { Kind = ChangeKind.Replace, Reason = forced ? $"{frozen} cannot change: Flux deletes it and makes it again" : $"{frozen} cannot change: Flux fails here and stops" };
        }

        if (old.Owner != now.Owner)
        {
            var (deletes, reason) = Deletes(old, before, after);
            return deletes
                ? change with { Kind = ChangeKind.Move, Reason = $"from {old.Owner.Name}, which deletes it if it comes first" }
                : change with { Reason = $"moves from {old.Owner.Name}, harmless: {reason}" };
        }

        return now.NeverChanged ? change with { Reason = "Flux is told to leave it as it is" } : change;
    }
}
