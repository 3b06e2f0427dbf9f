using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// A strategic merge as kustomize does it for objects without a known schema, that is every custom resource: mappings merge,
/// lists and scalars are replaced, null removes a key, and <c>$patch</c> replaces or deletes a mapping.
/// </summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";

    /// <summary>The object with the patch applied, or null if the patch deletes it.</summary>
    public static Mapping? Apply(Mapping target, Mapping patch) => patch.TextAt(Directive) switch
    {
        "delete" => null,
        "replace" => patch.Without(Directive),
        _ => Merge(target, patch),
    };

    /// <summary>True if a patch has a list, which kustomize merges by key in the kinds whose schema it knows.</summary>
    public static bool HasList(Node patch) => patch switch
    {
        Sequence => true,
        Mapping mapping => mapping.Entries.Any(entry => HasList(entry.Value)),
        _ => false,
    };

    private static Mapping Merge(Mapping target, Mapping patch)
    {
        foreach (var entry in patch.Entries.Where(entry => entry.Key != Directive))
        {
            target = (target[entry.Key], entry.Value) switch
            {
                (_, Scalar { IsNull: true }) => target.Without(entry.Key),
                (Mapping old, Mapping change) when Apply(old, change) is { } merged => target.Set(entry.Key, merged),
                (Mapping, Mapping) => target.Without(entry.Key),
                (_, Mapping change) => Apply([], change) is { } made ? target.Set(entry.Key, made) : target,
                (_, var value) => target.Set(entry.Key, value),
            };
        }

        return target;
    }
}
