using YamlDotNet.Core;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>Explains invalid YAML in words for its author, instead of the parser's.</summary>
internal static class YamlFault
{
    private const string Check = "Check the indentation, the quotes and the colon before this place.";

    // By a part of the parser's message, the most specific first.
    private static readonly (string Part, string Reason, string Fix)[] Known =
    [
        ("quoted scalar, found unexpected end of stream", "a quoted text is not closed", "Close the quotes at its end."),
        ("double-quoted scalar, found wrong indentation", "a quoted text is not closed, or its next line is indented too little",
            "Close the quotes at its end, or indent the line."),
        ("quoted scalar, found unknown escape character", "a quoted text has a '\\' before a character that needs none",
            "Put the text in single quotes, or write '\\\\'."),
        ("Mapping values are not allowed in this context", "a ': ' inside of a value, or a key that is indented too far",
            "Put the value in quotes, or indent the key like its neighbours."),
        ("found invalid mapping", "a text goes on in a line that looks like a key", "Indent the key like its neighbours, or put the text "
            + "in quotes."),
        ("block mapping, did not find expected key", "a line is not a key of the mapping that it is in",
            "Indent it like the keys above it, and write 'key: value'."),
        ("block collection, did not find expected '-' indicator", "a line is in a list, but does not begin with '- '",
            "Indent it like the keys of its entry, or begin it with '- '."),
        ("Block sequence entries are not allowed", "a list begins behind a key", "Write each '- ' in a line of its own."),
        ("could not find expected ':'", "a key has no ':'", "Write 'key: value', with a space behind the colon."),
        ("character that cannot start any token", "a value begins with a character that YAML keeps for itself",
            "Put the value in quotes."),
        ("did not find expected ',' or '}'", "a ',' or '}' is missing between '{' and '}'", "Write 'key: value' pairs with ', ' between."),
        ("did not find expected ',' or ']'", "a ',' or ']' is missing between '[' and ']'", "Write values with ', ' between."),
    ];

    /// <summary>The finding about a text that the parser refused.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="text">The text.</param>
    /// <param name="builder">The builder, which knows how far it read.</param>
    /// <param name="fault">The parser's exception; null if it only stopped.</param>
    public static Finding Of(string file, string text, NodeBuilder builder, YamlException? fault)
    {
        var lines = text.Split('\n');
        if (builder.OpenBrackets.Count > 0 && Unclosed(lines, builder.OpenBrackets.Last()) is { } open)
        {
            var (opening, closing) = At(lines, open) == '{' ? ('{', '}') : ('[', ']');
            return Finding(file, open, $"this '{opening}' is not closed", $"Add '{closing}' where its values end.");
        }

        if (fault is null)
        {
            return Finding(file, builder.Reached, "a value that begins after this place cannot be read", Check);
        }

        var start = new Position((int)fault.Start.Line, (int)fault.Start.Column);
        if (At(lines, start) is ('}' or ']') and var extra)
        {
            return Finding(file, start, $"this '{extra}' closes nothing", "Delete it, or put the value in quotes.");
        }

        var known = Known.FirstOrDefault(words => fault.Message.Contains(words.Part, StringComparison.OrdinalIgnoreCase));
        var message = fault.Message.TrimEnd('.');
        return Finding(file, start,
            known.Reason ?? (message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..]), known.Fix ?? Check);
    }

    private static Finding Finding(string file, Position position, string reason, string fix) => new()
    {
        Rule = YamlRules.Syntax,
        File = file,
        Position = position,
        Message = Printable.Of($"Invalid YAML: {reason}."),
        Fix = fix,
    };

    /// <summary>The position of the innermost bracket or brace that is unclosed or wrongly closed; null if all are closed.</summary>
    private static Position? Unclosed(string[] lines, Position outermost)
    {
        // The parser ends lines also at characters that other programs do not take for line breaks.
        if (At(lines, outermost) is not ('{' or '['))
        {
            return null;
        }

        var (open, quote) = (new Stack<Position>(), '\0');
        for (var line = outermost.Line - 1; line < lines.Length; line++)
        {
            var text = lines[line];
            for (var at = line == outermost.Line - 1 ? outermost.Column - 1 : 0; at < text.Length; at++)
            {
                var before = at == 0 ? ' ' : text[at - 1];
                switch (text[at])
                {
                    case '\\' when quote == '"':
                        at++;
                        break;
                    case var c when quote != '\0':
                        quote = c == quote ? '\0' : quote;
                        break;
                    case ('"' or '\'') and var c when before is ' ' or ',' or ':' or '{' or '[':
                        quote = c;
                        break;
                    case '#' when before == ' ':
                        at = text.Length;
                        break;
                    case '{' or '[':
                        open.Push(new Position(line + 1, at + 1));
                        break;
                    case ('}' or ']') and var c when (At(lines, open.Peek()) == '{') != (c == '}'):
                        return open.Peek();
                    case '}' or ']':
                        open.Pop();
                        if (open.Count == 0)
                        {
                            return null;
                        }

                        break;
                }
            }
        }

        return open.Peek();
    }

    private static char At(string[] lines, Position place) =>
        place.Column < 1 ? '\0' : lines.ElementAtOrDefault(place.Line - 1)?.ElementAtOrDefault(place.Column - 1) ?? '\0';
}
