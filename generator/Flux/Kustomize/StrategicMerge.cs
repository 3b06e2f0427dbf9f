namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// kustomize's strategic merge: mappings merge, scalars are replaced, null removes a key, and <c>$patch</c> replaces or deletes a mapping.
/// Some lists of Kubernetes' own kinds merge by keys of their items; other lists, and all lists of custom resources, are replaced.
/// </summary>
/// <param name="mergesLists">True for a kind whose schema kustomize knows.</param>
internal sealed class StrategicMerge(bool mergesLists)
{
    private const string Directive = "$patch";

    /// <summary>
    /// The lists that merge, with their keys (Kubernetes' OpenAPI, x-kubernetes-patch-merge-key and x-kubernetes-list-map-keys).
    /// </summary>
    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["env"] = ["name"],
        ["volumes"] = ["name"],
        ["resourceClaims"] = ["name"],
        ["imagePullSecrets"] = ["name"],
        ["secrets"] = ["name"],
        ["webhooks"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["volumeDevices"] = ["devicePath"],
        ["hostAliases"] = ["ip"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["ports"] = ["containerPort", "port", "protocol"],
    };

    /// <summary>The patched object, or null if the patch deletes it.</summary>
    /// <exception cref="FormatException">An item of a list has no key.</exception>
    /// <exception cref="NotSupportedException">A list cannot be merged here as kustomize merges it.</exception>
    public Mapping? Apply(Mapping target, Mapping patch) => patch.TextAt(Directive) switch
    {
        "delete" => null,
        "replace" => patch.Without(Directive),
        _ => Merge(target, patch),
    };

    private Mapping Merge(Mapping target, Mapping patch)
    {
        foreach (var entry in patch.Entries.Where(entry => entry.Key != Directive))
        {
            target = (target[entry.Key], entry.Value) switch
            {
                (_, Scalar { IsNull: true }) => target.Without(entry.Key),
                (Mapping old, Mapping change) when Apply(old, change) is { } merged => target.Set(entry.Key, merged),
                (Mapping, Mapping) => target.Without(entry.Key),
                (_, Mapping change) => Apply(Empty(change), change) is { } made ? target.Set(entry with { Value = made }) : target,
                (var old, Sequence list) when mergesLists => target.Set(entry with { Value = Merge(entry.Key, old as Sequence, list) }),
                _ => target.Set(entry),
            };
        }

        return target;
    }

    private static Mapping Empty(Mapping change) => new() { Position = change.Position, File = change.File };

    private Sequence Merge(string name, Sequence? target, Sequence patch)
    {
        if (name is "finalizers" or "ownerReferences")
        {
            throw new NotSupportedException($"'{name}' in a strategic merge patch");
        }

        if (!Keys.TryGetValue(name, out var known))
        {
            return patch;
        }

        if (patch.Items.OfType<Mapping>().Any(item => item.TextAt(Directive) == "replace" && item.Entries.Length == 1))
        {
            return patch with { Items = [.. patch.Items.Where(item => item is Mapping mapping && mapping[Directive] is null)] };
        }

        var (old, changes) = (target?.Items.OfType<Mapping>().ToArray() ?? [], patch.Items.OfType<Mapping>().ToArray());
        // A key that no item has counts for nothing.
        var keys = known.Where(key => old.Concat(changes).Any(item => item[key] is not null)).ToArray();
        if (changes.Length < patch.Items.Length || changes.Any(change => keys.All(key => change[key] is null)))
        {
            throw new FormatException($"an item of '{name}' in a strategic merge patch has no {string.Join(" or ", known)}");
        }

        bool IsSame(Mapping one, Mapping two) => keys.All(key => one.TextAt(key) == two.TextAt(key));
        var merged = changes
            .Select(change => (Change: change, Node: Changed(old.FirstOrDefault(item => IsSame(item, change)), change)))
            .Where(item => item.Node is not null).ToArray();
        var added = merged.Where(item => !old.Any(known => IsSame(known, item.Change))).Select(item => item.Node!);
        var kept = old.Where(item => !changes.Any(change => IsSame(item, change)));

        // With one key, items have the patch's order, followed by the others; with several keys, new items come first and the old order
        // stays.
        IEnumerable<Node> items = keys.Length == 1 ? merged.Select(item => item.Node!).Concat(kept)
            : added.Concat(old.SelectMany(item => changes.FirstOrDefault(change => IsSame(item, change)) is not { } change ? [item]
                : merged.Where(one => ReferenceEquals(one.Change, change)).Select(one => one.Node!)));
        return (target ?? patch) with { Items = [.. items] };

        // kustomize does not replace an item that is there: it leaves it as it was.
        Mapping? Changed(Mapping? item, Mapping change) =>
            item is not null && change.TextAt(Directive) == "replace" ? item : Apply(item ?? Empty(change), change);
    }
}
