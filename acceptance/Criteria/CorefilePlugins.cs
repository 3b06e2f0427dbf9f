namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>The plugins of a Corefile with one server, each with its arguments and the lines of its block.</summary>
public static class CorefilePlugins
{
    public sealed record Plugin(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<IReadOnlyList<string>> Block)
    {
        /// <summary>The arguments of an option in the block; null where it is not set.</summary>
        public IReadOnlyList<string>? Option(string name) =>
            Block.FirstOrDefault(line => line[0] == name) is { } line ? [.. line.Skip(1)] : null;
    }

    public static IReadOnlyList<Plugin> Read(string corefile)
    {
        var plugins = new List<Plugin>();
        var depth = 0;
        foreach (var line in corefile.Split('\n').Select(Words).Where(words => words.Count > 0))
        {
            var opens = line[^1] == "{";
            var words = opens ? line.SkipLast(1).ToList() : line;
            if (line is ["}"])
            {
                depth--;
            }
            else if (depth == 1)
            {
                plugins.Add(new Plugin(words[0], [.. words.Skip(1)], new List<IReadOnlyList<string>>()));
            }
            else if (depth == 2)
            {
                ((List<IReadOnlyList<string>>)plugins[^1].Block).Add(words);
            }

            depth += opens ? 1 : 0;
        }

        return plugins;
    }

    public static Plugin? Find(string corefile, string name) => Read(corefile).FirstOrDefault(plugin => plugin.Name == name);

    private static List<string> Words(string line)
    {
        var hash = line.IndexOf('#', StringComparison.Ordinal);
        return [.. (hash < 0 ? line : line[..hash]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }
}
