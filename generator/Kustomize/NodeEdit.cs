using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>Copies of nodes with one thing changed; what is shared between builds is never changed itself.</summary>
internal static class NodeEdit
{
    /// <summary>The mapping with a key set, at its old place or at the end.</summary>
    public static Mapping Set(this Mapping mapping, string key, Node value)
    {
        var at = IndexOf(mapping, key);
        return new Mapping(at < 0 ? mapping.Entries.Add(new Entry(key, value)) : mapping.Entries.SetItem(at, mapping.Entries[at] with { Value = value })) { Position = mapping.Position, File = mapping.File };
    }

    /// <summary>The mapping without a key.</summary>
    public static Mapping Without(this Mapping mapping, string key) =>
        IndexOf(mapping, key) is var at and >= 0 ? new Mapping(mapping.Entries.RemoveAt(at)) { Position = mapping.Position, File = mapping.File } : mapping;

    /// <summary>The mapping with a value at a path of keys; missing mappings are made.</summary>
    public static Mapping SetAt(this Mapping mapping, ReadOnlySpan<string> path, Node value) => path.Length == 1
        ? mapping.Set(path[0], value)
        : mapping.Set(path[0], (mapping[path[0]] as Mapping ?? []).SetAt(path[1..], value));

    public static bool IsNull(Node? node) => node is Scalar { IsText: false, Value: "null" or "~" or "" };

    private static int IndexOf(Mapping mapping, string key)
    {
        for (var index = 0; index < mapping.Entries.Length; index++)
        {
            if (mapping.Entries[index].Key == key)
            {
                return index;
            }
        }

        return -1;
    }
}
