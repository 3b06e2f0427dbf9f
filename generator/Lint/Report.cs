using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Findings at nodes, which know their files.</summary>
internal static class Report
{
    public static Finding At(Node node, string rule, string message, string mend) => At(node, node.Position, rule, message, mend);

    /// <summary>At the key of an entry.</summary>
    public static Finding At(Entry entry, string rule, string message, string mend) => At(entry.Value, entry.KeyPosition, rule, message, mend);

    public static Finding At(Node node, Position position, string rule, string message, string mend) =>
        new() { Rule = rule, File = node.File, Position = position, Message = message, Mend = mend };

    /// <summary>At a path of an object, or as near above it as the object goes.</summary>
    public static Finding At(Resource resource, ReadOnlySpan<string> path, string rule, string message, string mend)
    {
        Node node = resource.Body;
        var position = node.Position;
        foreach (var key in path)
        {
            if ((node as Mapping)?.Entries.FirstOrDefault(entry => entry.Key == key) is not { } entry)
            {
                break;
            }

            // A key that a patch brought in is only known by its value.
            (node, position) = (entry.Value, entry.KeyPosition == Position.None ? entry.Value.Position : entry.KeyPosition);
        }

        var file = node.File.Length > 0 ? node.File : resource.File;
        return new Finding { Rule = rule, File = file, Position = position, Message = message, Mend = mend };
    }
}
