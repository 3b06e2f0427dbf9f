namespace PlatformGitOps.Generator.Takeover;

/// <summary>The server blocks of any Corefile, parsed only as far as a comparison with a definition needs it.</summary>
/// <param name="Blocks">Without snippets, in their order.</param>
internal sealed record LiveCorefile(ImmutableArray<LiveBlock> Blocks)
{
    /// <summary>Never fails: a text that is not a Corefile has few blocks.</summary>
    public static LiveCorefile Read(string text)
    {
        var (blocks, keys, depth) = (ImmutableArray.CreateBuilder<LiveBlock>(), new List<string>(), 0);
        var directives = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var line in text.Split('\n').Select(Words))
        {
            var directive = new List<string>();
            foreach (var word in line)
            {
                depth += word == "}" ? -1 : 0;
                if (word == "}" && depth <= 0)
                {
                    Close(directive);
                    continue;
                }

                if (depth == 0 && word != "{")
                {
                    keys.Add(word);
                }
                else if (depth == 1 && word is not ("{" or "}"))
                {
                    directive.Add(word);
                }

                depth += word == "{" ? 1 : 0;
            }

            if (directive.Count > 0)
            {
                directives.Add([.. directive]);
            }
        }

        return new LiveCorefile(blocks.ToImmutable());

        void Close(List<string> rest)
        {
            if (rest.Count > 0)
            {
                directives.Add([.. rest]);
                rest.Clear();
            }

            // "(name)" is a snippet, which other blocks import.
            if (!keys.TrueForAll(key => key.StartsWith('(')))
            {
                blocks.Add(new LiveBlock([.. keys.SelectMany(key => key.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(Zone)],
                    directives.ToImmutable()));
            }

            (depth, directives) = (0, ImmutableArray.CreateBuilder<ImmutableArray<string>>());
            keys.Clear();
        }
    }

    /// <summary>The words of a line, up to a comment.</summary>
    private static IEnumerable<string> Words(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => !word.StartsWith('#'));

    /// <summary>The zone of a key such as <c>dns://corp.example.:5353</c>; empty for the root zone.</summary>
    private static string Zone(string key)
    {
        var name = key[(key.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..];
        var port = name.LastIndexOf(':');
        name = port >= 0 && name.AsSpan(port + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? name[..port] : name;
        return name.TrimEnd('.').ToLowerInvariant();
    }
}

/// <summary>One server block.</summary>
/// <param name="Zones">Without the trailing dot; empty for the root zone.</param>
/// <param name="Directives">Each with the arguments on its line.</param>
internal sealed record LiveBlock(ImmutableArray<string> Zones, ImmutableArray<ImmutableArray<string>> Directives)
{
    /// <summary>The arguments of each occurrence of a plugin.</summary>
    public IEnumerable<ImmutableArray<string>> Of(string plugin) =>
        Directives.Where(directive => directive[0] == plugin).Select(directive => directive[1..]);
}
