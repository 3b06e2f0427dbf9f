using PlatformGitOps.Generator.Findings;
using YamlDotNet.Core;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>Bytes to nodes that know their positions. Bad input never throws: it becomes findings, all of them at once.</summary>
public static class YamlReader
{
    /// <summary>Reads a text.</summary>
    /// <param name="file">The name that findings carry.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="options">What the text may hold.</param>
    public static YamlText Read(string file, ReadOnlySpan<byte> bytes, YamlOptions options)
    {
        if (bytes.Length > options.MaximumBytes)
        {
            return Refused(new Finding
            {
                Rule = YamlRules.TooLarge,
                File = file,
                Message = $"The file has {bytes.Length} bytes; {options.MaximumBytes} are allowed.",
                Mend = "Check that this is the right file.",
            });
        }

        var (text, problem) = YamlCharacters.Decode(file, bytes);
        if (problem is not null)
        {
            return Refused(problem);
        }

        var found = new List<Finding>();
        found.AddRange(YamlCharacters.Hidden(text).Take(options.MaximumFindings).Select(hidden => new Finding
        {
            Rule = YamlRules.Hidden,
            File = file,
            Position = hidden.Position,
            Message = $"The character U+{(int)hidden.Character:X4} cannot be seen here.",
            Mend = "Delete it.",
        }));
        var tabs = YamlCharacters.TabIndentations(text).Take(options.MaximumFindings).Select(position => new Finding
        {
            Rule = YamlRules.Tab,
            File = file,
            Position = position,
            Message = "A tab stands in the indentation.",
            Mend = "Indent with spaces.",
        }).ToList();

        var builder = new NodeBuilder(file, options);
        try
        {
            using var reader = new StringReader(text);
            builder.Read(new Parser(reader));
        }
        catch (Exception exception) when (exception is YamlException or InvalidOperationException)
        {
            // YamlDotNet's scanner throws InvalidOperationException for some plain scalars inside brackets.
            if (tabs.Count == 0 && found.Count == 0)
            {
                found.Add(exception is YamlException fault
                    ? Syntax(file, new Position((int)fault.Start.Line, (int)fault.Start.Column), fault.Message.TrimEnd('.'))
                    : Syntax(file, builder.Reached, "a value that begins after this place cannot be read"));
            }
            else if (options.Tabs)
            {
                // YAML itself refused: then a tab that it would have read in a block scalar is the likely cause.
                found.AddRange(tabs);
            }
        }

        found.AddRange(builder.Findings);
        if (!options.Tabs)
        {
            found.AddRange(tabs);
        }

        return new YamlText([.. builder.Documents], [.. found.OrderBy(finding => (finding.Position.Line, finding.Position.Column))]);
    }

    private static YamlText Refused(Finding finding) => new([], [finding]);

    private static Finding Syntax(string file, Position position, string reason) => new()
    {
        Rule = YamlRules.Syntax,
        File = file,
        Position = position,
        Message = Printable.Of($"This is not YAML: {reason}."),
        Mend = "Check the indentation, the quotes and the colon before this place.",
    };
}
