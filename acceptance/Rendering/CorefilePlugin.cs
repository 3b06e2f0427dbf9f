using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>A plugin of the Corefile as the chart's <c>servers</c> value lists it.</summary>
/// <param name="Block">The words of each line of its block.</param>
public sealed record CorefilePlugin(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<IReadOnlyList<string>> Block)
{
    /// <summary>The arguments of an option in the block; null where it is not set.</summary>
    public IReadOnlyList<string>? Option(string name) =>
        Block.FirstOrDefault(line => line[0] == name) is { } line ? [.. line.Skip(1)] : null;

    public static IReadOnlyList<CorefilePlugin> Of(Resource values) =>
    [
        .. values.Parts("servers[0].plugins").Select(plugin => new CorefilePlugin(
            plugin.Text("name") ?? "",
            Words(plugin.Text("parameters") ?? ""),
            [.. (plugin.Text("configBlock") ?? "").Split('\n').Select(Words).Where(words => words.Count > 0)])),
    ];

    private static IReadOnlyList<string> Words(string line)
    {
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
