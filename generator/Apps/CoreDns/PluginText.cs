using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>A plugin as a Corefile has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The rest of its line; null for none.</param>
/// <param name="Block">The lines between its braces; null for none.</param>
internal sealed record PluginText(string Name, string? Parameters = null, string? Block = null)
{
    /// <summary>The words of the lines of the block.</summary>
    public IEnumerable<string[]> Lines => (Block ?? "").Split('\n').Select(Words).Where(words => words.Length > 0);

    /// <summary>The plugin as lines of a Corefile.</summary>
    public string Indented(string indent)
    {
        var line = Parameters is null ? $"{indent}{Name}" : $"{indent}{Name} {Parameters}";
        return Block is null ? $"{line}\n"
            : $"{line} {{\n{string.Concat(Block.Split('\n').Select(inner => $"{indent}    {inner}\n"))}{indent}}}\n";
    }

    /// <summary>What is wrong with the lines of a server block, as the rest of a sentence; null where they can be read.</summary>
    public static string? Problem(string text)
    {
        Read(text, out var problem);
        return problem;
    }

    /// <summary>Reads lines that have no <see cref="Problem"/>.</summary>
    public static ImmutableArray<PluginText> Parse(string text) => Read(text, out _);

    private static ImmutableArray<PluginText> Read(string text, out string? problem)
    {
        var plugins = ImmutableArray.CreateBuilder<PluginText>();
        var (block, depth, number) = (new List<string>(), 0, 0);
        problem = null;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = Words(line);
            if (words.Length == 0)
            {
                continue;
            }

            var (opens, closes) = (words[^1] == "{", words is ["}"]);
            if (words[..^1].Any(word => word is "{" or "}") || (words[^1] == "}" && !closes) || (opens && words.Length == 1))
            {
                problem = $"has a brace in its line {number} that is neither the last word of a plugin's line nor a line of its own";
                return [];
            }

            depth += opens ? 1 : closes ? -1 : 0;
            if (depth < 0)
            {
                problem = $"closes a block in its line {number} that is not open";
                return [];
            }

            if (depth == 0 && closes)
            {
                plugins[^1] = plugins[^1] with { Block = block.Count == 0 ? null : string.Join('\n', block) };
                block.Clear();
            }
            else if (depth == 0 || (depth == 1 && opens))
            {
                if (words[0].Contains(':', StringComparison.Ordinal) || words[0].Contains('.', StringComparison.Ordinal))
                {
                    problem = $"has a whole server block in its line {number}, and only the plugins inside of it belong here";
                    return [];
                }

                var rest = string.Join(' ', opens ? words[1..^1] : words[1..]);
                plugins.Add(new PluginText(words[0], rest.Length > 0 ? rest : null));
            }
            else
            {
                block.Add(string.Join(' ', words));
            }
        }

        problem = depth > 0 ? "opens a block that nothing closes" : plugins.Count == 0 ? "has no plugin" : null;
        return problem is null ? plugins.ToImmutable() : [];
    }

    private static string[] Words(string line) =>
        line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
