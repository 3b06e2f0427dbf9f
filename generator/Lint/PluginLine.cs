using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>One plugin of one server of the chart's <c>servers</c> value.</summary>
/// <param name="Server">The server's place in the list.</param>
/// <param name="Node">The plugin's mapping.</param>
internal sealed record PluginLine(int Server, Mapping Node)
{
    public string Name => Node.TextAt("name") ?? "";

    public IReadOnlyList<string> Parameters => (Node.TextAt("parameters") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The lines of its block as words.</summary>
    public IEnumerable<string[]> Block => (Node.TextAt("configBlock") ?? "").Split('\n')
        .Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 0);

    /// <summary>Every plugin of every server.</summary>
    public static IReadOnlyList<PluginLine> Of(CoreDnsRelease release) =>
    [
        .. ((release.Values["servers"] as Sequence)?.Items ?? []).OfType<Mapping>()
            .SelectMany((server, index) => ((server["plugins"] as Sequence)?.Items ?? []).OfType<Mapping>().Select(plugin => new PluginLine(index, plugin))),
    ];
}
