namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>A plugin of a server in the chart's <c>servers</c> value.</summary>
/// <param name="Server">The index of the server.</param>
/// <param name="Node">The plugin's mapping.</param>
internal sealed record PluginLine(int Server, Mapping Node)
{
    private static readonly string[] Texts = ["parameters", "configBlock"];

    public string Name => Node.TextAt("name") ?? "";

    public IReadOnlyList<string> Parameters => field ??= Words(Node.TextAt("parameters") ?? "").Words;

    /// <summary>The words of each line in its block.</summary>
    public IReadOnlyList<string[]> Block => field ??= [.. (Node.TextAt("configBlock") ?? "").Split('\n')
        .Select(line => Words(line).Words).Where(words => words.Length > 0)];

    /// <summary>The key whose text has an unclosed quote; null if absent.</summary>
    public string? OpenQuote =>
        Texts.FirstOrDefault(key => Words((Node.TextAt(key) ?? "").Replace('\n', ' ')).Open);

    /// <summary>The line without its comment and surrounding blanks.</summary>
    internal static string WithoutComment(string line)
    {
        for (var at = line.IndexOf('#'); at >= 0; at = line.IndexOf('#', at + 1))
        {
            // A word starts here if the text before it ends with a blank and has no open quote.
            if ((at == 0 || line[at - 1] is ' ' or '\t') && !Words(line[..at]).Open)
            {
                return line[..at].Trim();
            }
        }

        return line.Trim();
    }

    /// <summary>Splits a line like CoreDNS: quotes group words, and # at the start of a word begins a comment.</summary>
    internal static (string[] Words, bool Open) Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, inWord) = (false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quoted && letter == '\\' && i + 1 < line.Length && line[i + 1] == '"')
            {
                word.Append(line[++i]);
            }
            else if (quoted ? letter == '"' : letter is ' ' or '\t' or '\r')
            {
                quoted = false;
                End();
            }
            else if (letter == '"' && !inWord)
            {
                (quoted, inWord) = (true, true);
            }
            else if (letter == '#' && !inWord)
            {
                break;
            }
            else
            {
                inWord = true;
                word.Append(letter);
            }
        }

        End();
        return ([.. words], quoted);

        void End()
        {
            if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }
    }

    /// <summary>All plugins of all servers.</summary>
    public static IReadOnlyList<PluginLine> Of(CoreDnsRelease release) =>
    [
        .. release.Values.MappingsAt("servers")
            .SelectMany((server, index) => server.MappingsAt("plugins").Select(plugin => new PluginLine(index, plugin))),
    ];
}
