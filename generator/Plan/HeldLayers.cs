namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// The Flux Kustomizations of a new tree that Flux does not apply: it cannot build them, or they depend on one that it cannot build. Their
/// old objects stay in the cluster. What this program alone cannot build is treated the same, because its objects are not known.
/// </summary>
internal sealed class HeldLayers
{
    private readonly Inventory _before;
    private readonly Inventory _after;

    // While a layer is evaluated, it counts as not held, which ends cycles.
    private readonly Dictionary<ResourceId, bool> _held = [];
    private readonly HashSet<ResourceId> _broken;

    private HeldLayers(Inventory before, Inventory after)
    {
        (_before, _after) = (before, after);
        _broken = [.. after.Layers.Where(pair => IsBroken(pair.Value, before.Layers.GetValueOrDefault(pair.Key))).Select(pair => pair.Key)];
    }

    /// <summary>The new objects of the cluster, and a sentence about unchanged ones; null if Flux applies everything.</summary>
    public static (Inventory After, string? Note) Apply(Inventory before, Inventory after)
    {
        var held = new HeldLayers(before, after);
        return !after.Exists || held._broken.Count == 0 ? (after, null) : held.Apply();
    }

    private (Inventory After, string? Note) Apply()
    {
        var applied = _after.Objects.Values.Where(managed => !IsHeld(managed.Owner)).ToDictionary(managed => managed.Id);
        foreach (var kept in _before.Objects.Values.Where(managed => !applied.ContainsKey(managed.Id) && IsKept(managed)).ToArray())
        {
            applied.Add(kept.Id, kept);
        }

        var names = _before.Objects.Values.Concat(_after.Objects.Values)
            .Where(managed => (IsHeld(managed.Owner) || IsKept(managed)) && Differs(managed.Id, applied))
            .Select(managed => managed.Owner).ToHashSet();
        var layers = _before.Layers.Where(pair => !_after.Layers.ContainsKey(pair.Key) || IsHeld(pair.Key));
        return (
            _after with { Objects = applied.ToImmutableDictionary(), Layers = _after.Layers.SetItems(layers) },
            names.Count == 0 ? null : Note(names));
    }

    /// <summary>True if the new tree would change an object, but does not.</summary>
    private bool Differs(ResourceId id, Dictionary<ResourceId, Managed> applied)
    {
        var (wanted, has) = (_after.Objects.GetValueOrDefault(id), applied.GetValueOrDefault(id));
        return wanted?.Owner != has?.Owner || (wanted is not null && FieldDiff.Between(has!.Manifest, wanted.Manifest).Any());
    }

    private string Note(HashSet<ResourceId> names)
    {
        var unknown = _broken.Where(id => !_after.Layers[id].Fails).ToArray();
        if (unknown.Length == _broken.Count)
        {
            return $"may change more in {Names(names)}: this program cannot build {Names(unknown)} as kustomize does, and shows no change "
                + "there.";
        }

        var waiting = names.Where(id => _after.Layers.ContainsKey(id) && !_broken.Contains(id)).ToArray();
        var note = $"keeps what it has in {Names(names)}: ";
        return names.Count == waiting.Length
            ? $"{note}Flux cannot build {Names(_broken)}, for which {Verb(waiting)}."
            : $"{note}Flux cannot build {Names(names.Except(waiting))}, so it will report the error and change nothing there."
                + (waiting.Length == 0 ? "" : $" {Names(waiting)} {(waiting.Length == 1 ? "waits" : "wait")} for it.");
    }

    private static string Verb(ResourceId[] waiting) => waiting.Length == 1 ? "it waits" : "they wait";

    private static string Names(IEnumerable<ResourceId> layers) =>
        string.Join(", ", layers.Select(id => id.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>
    /// True if Flux refuses the build or a substitution. Variables may come from an object outside of the tree, if the old tree did not
    /// have it either: their values are then not known. The same holds for what this program could not build in the old tree.
    /// </summary>
    private static bool IsBroken(Layer layer, Layer? before) => layer.BuildFindings.Any(IsError)
        || layer.BuildFindings.ExceptBy((before?.BuildFindings ?? []).Select(Text), Text).Any()
        || (layer.Findings.Any(IsError) && before?.Variables.Findings.Any(finding => finding.Rule == PostBuild.RuleMissingSource) != true);

    private static bool IsError(Finding finding) => finding.Severity == Severity.Error;

    private static string Text(Finding finding) => finding.Rule + finding.Message;

    private bool IsHeld(ResourceId id)
    {
        if (!_held.TryGetValue(id, out var held))
        {
            _held[id] = false;
            held = _held[id] = _broken.Contains(id) || Waits(id);
        }

        return held;
    }

    /// <summary>True for a layer that depends on a held one, or that a held one would create.</summary>
    private bool Waits(ResourceId id) => _after.Layers.TryGetValue(id, out var layer)
        && (layer.DependsOn.Any(entry => IsHeld(id with
        {
            Name = entry.TextAt("name") ?? "",
            Namespace = entry.TextAt("namespace") ?? id.Namespace,
        })) || (!_before.Layers.ContainsKey(id) && _after.Objects.TryGetValue(id, out var made) && made.Owner != id && IsHeld(made.Owner)));

    /// <summary>True if the Flux Kustomization of an object fails, or the one above it: then nothing is pruned.</summary>
    private bool IsKept(Managed gone)
    {
        if (_after.Layers.ContainsKey(gone.Owner))
        {
            return IsHeld(gone.Owner);
        }

        // A folder that cannot be built does not show which Flux Kustomization applies it.
        var folder = _before.Layers[gone.Owner].Folder;
        return _after.Layers.Values.Any(other => other.IsBootstrap && other.Folder == folder && IsHeld(other.Id))
            || (_before.Objects.GetValueOrDefault(gone.Owner) is { } owner && owner.Owner != owner.Id && IsKept(owner));
    }
}
