namespace PlatformGitOps.Generator.Flux;

/// <summary>Makes findings at nodes, which know their files.</summary>
internal static class Report
{
    public static Finding At(Node node, string rule, string message, string fix) => At(node, node.Position, rule, message, fix);

    /// <summary>At the key of an entry.</summary>
    public static Finding At(Entry entry, string rule, string message, string fix) =>
        At(entry.Value, entry.KeyPosition, rule, message, fix);

    public static Finding At(Node node, Position position, string rule, string message, string fix) =>
        new() { Rule = rule, File = node.File, Position = position, Message = message, Fix = fix };

    /// <summary>A finding at a path of an object, or at the nearest key above it that exists.</summary>
    public static Finding At(Manifest resource, ReadOnlySpan<string> path, string rule, string message, string fix) =>
        At(resource.Body, resource.File, path, rule, message, fix);

    public static Finding At(Mapping body, string fallbackFile, ReadOnlySpan<string> path, string rule, string message, string fix)
    {
        Node node = body;
        var position = node.Position;
        foreach (var key in path)
        {
            if ((node as Mapping)?.Entries.FirstOrDefault(entry => entry.Key == key) is not { } entry)
            {
                break;
            }

            // A key from a patch only has the position of its value.
            (node, position) = (entry.Value, entry.KeyPosition == Position.None ? entry.Value.Position : entry.KeyPosition);
        }

        var file = node.File.Length > 0 ? node.File : fallbackFile;
        return new Finding { Rule = rule, File = file, Position = position, Message = message, Fix = fix };
    }
}
