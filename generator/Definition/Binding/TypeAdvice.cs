namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>What to write instead of a value of another type. Quoted parts are YAML that can be copied.</summary>
internal static class TypeAdvice
{
    private const string OneRange = "Write one range. That of the other family of a dual-stack cluster belongs under network.second.";

    /// <summary>Keys with one text, for which users often write a list.</summary>
    private static readonly Dictionary<string, string> OfLists = new()
    {
        ["pods"] = OneRange,
        ["services"] = OneRange,
        ["nodes"] = OneRange,
        ["serverName"] = "Write one name: the forward plugin takes one for all servers of a list. Servers with another name belong to a "
            + "stub domain of their own.",
    };

    /// <summary>Keys with a text of several lines, for which users often write a list or a mapping.</summary>
    private static readonly Dictionary<string, string> OfBlocks = new()
    {
        ["plugins"] = "Write 'plugins: |', and each plugin as a line of a Corefile below it, indented by two more spaces.",
        ["patch"] = "Write 'patch: |', and the same YAML in the lines below it, indented by two more spaces.",
    };

    private const string None = "none";

    /// <summary>Words that other tools use for "off", for choices with the word <see cref="None"/>.</summary>
    private static readonly string[] Off = ["false", "no", "off", "disabled", "disable", "False", "No", "Off"];

    private static readonly string[] SwitchWords = ["true", "false"];

    // Characters with which a YAML text cannot begin unquoted.
    private const string Signs = "!&*?|>@`%\"'#:-";

    private const string Comma = ",[]{}";

    /// <summary>What to do about a value of another type.</summary>
    /// <param name="shape">The expected shape.</param>
    /// <param name="node">The value in the file.</param>
    /// <param name="name">The key.</param>
    /// <param name="isItem">True if the value is an entry of the key's list.</param>
    public static string For(Shape shape, Node node, string name, bool isItem) => (shape, node) switch
    {
        (TextShape, Sequence) when OfLists.GetValueOrDefault(name) is { } one => one,
        (TextShape, Mapping or Sequence) when OfBlocks.GetValueOrDefault(name) is { } block => block,
        (TextShape, Scalar) => "Put it in quotes.",
        (TextShape text, Mapping { Entries: [{ Value: Scalar { Value: var only } }] }) when text.Check(only) is null && IsShort(only) =>
            isItem ? $"Write '- {Written(text, only)}'." : $"Write '{name}: {Written(text, only)}'.",
        (TextShape text, _) => $"Write a text such as {Written(text, text.Example)}.",
        (NumberShape number, _) => $"Write a whole number from {number.Minimum} to {number.Maximum}{Without(node)}.",
        (SwitchShape, _) => "Write true or false, without quotes.",
        (ChoiceShape choice, _) => $"Write one of {string.Join(", ", choice.Words)}.",
        (ListShape { Item: ObjectShape entry }, _) => $"Write a list: each entry begins with '- {entry.Keys[0].Name}:'.",
        (ListShape list, Scalar { Value: var one }) when IsShort(one) => Several(list, one) is [_, _, ..] several
            ? $"Write a list: [{string.Join(", ", several.Select(Quoted))}]."
            : $"Write a list, also for one entry: [{Quoted(one)}].",
        (ListShape, _) => "Write a list: each entry in a line of its own behind '- '.",
        (ObjectShape keys, Scalar { Value: var text }) when KeyFor(text, keys) is var (key, value) => Below(key, value, isItem),
        (ObjectShape or FreeShape, Scalar { Value: var text }) when IsBlock(text) =>
            "Delete the '|' behind the key: it makes a text of the lines below it.",
        (ObjectShape keys, Sequence) when ListOf(keys) is { } key => $"Write the list below the key '{key.Name}'.",
        (ObjectShape keys, _) when First(keys) is { } key => $"Write keys below it, indented by two spaces, such as '{key}:'.",
        (FreeShape { Form.Example: var key }, _) => $"Write keys below it, indented by two spaces, such as '{key}:'.",
        _ => "Write keys below it, indented by two spaces.",
    };

    /// <summary>What to write instead of an unknown word of a choice.</summary>
    public static string ForWord(string word, ChoiceShape choice) =>
        $"Write {Suggestion.For(word, choice.Words) ?? (IsOff(word, choice) ? None : "one of them")}.";

    /// <summary>The advice if a name and its address are swapped, as in /etc/hosts.</summary>
    public static string? OfAddress(ShapeProblem problem, string key) =>
        problem is { Fault.Rule: DefinitionRules.AddressForm, Node: Scalar { Value: var name } } && IpText.TryParse(key, out _, out _)
            && Forms.Name.Check(name) is null ? $"Write the name first: '{name}: [{key}]'." : null;

    /// <summary>Why a text is not a number.</summary>
    private static string Without(Node node) => node switch
    {
        Scalar { IsText: true } => ", without quotes",
        Scalar { Value: [>= '0' and <= '9', .., var last] } when char.IsLetter(last) || last == '%' => ", without a unit",
        _ => "",
    };

    /// <summary>A text below a key of its own.</summary>
    private static string Below(Key key, string text, bool isItem) =>
        IsBlock(text) ? isItem ? $"Write '- {key.Name}: |', and the text below it, four spaces to the right of the '-'."
            : $"Write '{key.Name}: |' in a line of its own below it, and the text below that, indented by two more spaces."
        : IsShort(text) ? $"Write '{{ {key.Name}: {Written(key.Shape, text)} }}', or the key '{key.Name}' in a line of its own below it."
        : $"Write it behind the key '{key.Name}:' in a line of its own below it.";

    /// <summary>The entries of a text with commas or blanks, if each of them is a valid entry.</summary>
    private static string[] Several(ListShape list, string text)
    {
        var parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return list.Item is TextShape item && Array.TrueForAll(parts, part => item.Check(part) is null) ? parts : [];
    }

    /// <summary>The key, with its value, that a text in place of a mapping was most likely meant for.</summary>
    private static (Key Key, string Value)? KeyFor(string word, ObjectShape shape)
    {
        foreach (var key in shape.Keys)
        {
            var value = key.Shape switch
            {
                ChoiceShape choice => Suggestion.For(word, choice.Words) ?? (IsOff(word, choice) ? None : null),
                SwitchShape when key.Name == "enabled" && SwitchWords.Contains(word) => word,
                TextShape text when key.Required && text.Check(word) is null => word,
                _ => null,
            };
            if (value is not null)
            {
                return (key, value);
            }
        }

        return null;
    }

    private static bool IsOff(string word, ChoiceShape choice) => choice.Words.Contains(None) && Off.Contains(word);

    /// <summary>The only list of mappings among the keys.</summary>
    private static Key? ListOf(ObjectShape shape) =>
        shape.Keys.Where(key => key.Shape is ListShape { Item: ObjectShape }).ToArray() is [var only] ? only
            : shape.Keys.FirstOrDefault(key => key is { Required: true, Shape: ListShape });

    /// <summary>The first required key, else the first key.</summary>
    private static string? First(ObjectShape shape) =>
        (shape.Keys.FirstOrDefault(key => key.Required) ?? shape.Keys.FirstOrDefault())?.Name;

    private static bool IsBlock(string text) => text.Contains('\n');

    private static bool IsShort(string text) => text.Length is > 0 and <= 60 && !IsBlock(text) && SecretText.Redact(text) == text
        && Printable.Of(text) == text;

    /// <summary>A value as YAML: numbers and words of a choice need no quotes.</summary>
    public static string Written(Shape shape, string value) => shape is TextShape { Numbers: false } ? Quoted(value) : value;

    /// <summary>A text as YAML inside of braces or brackets.</summary>
    public static string Quoted(string text) => !NeedsQuotes(text) ? text
        : text.AsSpan().ContainsAny('"', '\\') ? $"'{text.Replace("'", "''")}'" : $"\"{text}\"";

    private static bool NeedsQuotes(string text) => PlainScalars.NeedsQuotes(text) || Signs.Contains(text[0])
        || text[0] == ' ' || text[^1] is ' ' or ':' || text.AsSpan().ContainsAny(Comma) || text.Contains(": ")
        || text.Contains(" #");
}
