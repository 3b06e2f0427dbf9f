using System.Globalization;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Definition.Shapes;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>Holds nodes against shapes and remembers which nodes failed, so that no later rule speaks about them again.</summary>
/// <param name="findings">Where they go.</param>
/// <param name="secretLines">The lines in which a credential was found in the text already.</param>
internal sealed class ShapeChecker(FindingList findings, IReadOnlySet<int> secretLines)
{
    public HashSet<Node> Faulty { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Checks a node and everything in it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shape">What should stand there.</param>
    /// <param name="name">The key that holds it, for messages.</param>
    public void Check(Node node, Shape shape, string name)
    {
        switch (shape, node)
        {
            case (_, Unread):
                Faulty.Add(node);
                break;
            case (_, Scalar scalar) when SecretText.IsSecret(scalar.Value):
                CheckSecret(scalar);
                break;
            case (_, Scalar scalar) when ScalarKind.IsNull(scalar):
                Fail(node, DefinitionRules.EmptyValue, $"The key '{name}' has no value.", "Write a value or delete the key.");
                break;
            case (ObjectShape keys, Mapping mapping):
                CheckKeys(mapping, keys, name);
                break;
            case (ListShape list, Sequence sequence):
                CheckList(sequence, list, name);
                break;
            case (ChoiceShape choice, Scalar scalar):
                CheckChoice(scalar, choice, name);
                break;
            case (NumberShape number, Scalar scalar) when ScalarKind.IsWholeNumber(scalar):
                CheckNumber(scalar, number, name);
                break;
            case (SwitchShape, Scalar { IsText: false, Value: "true" or "false" }):
                break;
            case (TextShape text, Scalar scalar) when ScalarKind.IsText(scalar) || (text.Numbers && ScalarKind.IsDecimal(scalar)) || text.Check(scalar.Value) is not null:
                CheckText(scalar, text, name);
                break;
            default:
                Fail(node, DefinitionRules.WrongType, $"{Quote(node, name)} is {ScalarKind.Describe(node)}.", Wanted(shape, node));
                break;
        }
    }

    private void CheckKeys(Mapping mapping, ObjectShape shape, string name)
    {
        foreach (var entry in mapping.Entries)
        {
            if (shape[entry.Key] is { } key)
            {
                Check(entry.Value, key.Shape, key.Name);
            }
            else if (SecretText.IsSecretKey(entry.Key))
            {
                findings.Add(DefinitionRules.Secret, entry.KeyPosition,
                    $"The key '{Shorten(entry.Key)}' would put a credential into the repository.",
                    UnknownKeys.SecretMend);
            }
            else
            {
                findings.Add(DefinitionRules.UnknownKey, entry.KeyPosition,
                    $"The key '{Shorten(entry.Key)}' is unknown in {name}.",
                    UnknownKeys.Mend(entry.Key, shape));
            }
        }

        foreach (var key in shape.Keys.Where(key => key.Required && mapping[key.Name] is null))
        {
            findings.Add(DefinitionRules.MissingKey, mapping.Position, $"The key '{key.Name}' is missing in {name}.", UnknownKeys.Example(key));
        }
    }

    private void CheckList(Sequence sequence, ListShape shape, string name)
    {
        if (sequence.Items.Length < shape.Minimum || sequence.Items.Length > shape.Maximum)
        {
            Fail(sequence, shape.CountRule, $"The list '{name}' has {sequence.Items.Length} entries.", $"Write {shape.Minimum} to {shape.Maximum}.");
        }

        var seen = new Dictionary<string, Position>(StringComparer.Ordinal);
        foreach (var item in sequence.Items)
        {
            if (shape.Item is ObjectShape keys && item is Mapping mapping)
            {
                CheckKeys(mapping, keys, $"this entry of {name}");
                continue;
            }

            Check(item, shape.Item, name);
            if (item is Scalar { Value: var value } && !Faulty.Contains(item) && !seen.TryAdd(value, item.Position))
            {
                Fail(item, DefinitionRules.DuplicateItem,
                    $"The entry '{Shorten(value)}' of '{name}' stands in line {seen[value].Line} already.",
                    "Keep one of the two.");
            }
        }
    }

    /// <summary>A credential that escapes or line breaks hid in the text is only seen here.</summary>
    private void CheckSecret(Scalar scalar)
    {
        Faulty.Add(scalar);
        if (!Enumerable.Range(scalar.Position.Line, scalar.Value.Count(c => c == '\n') + 2).Any(secretLines.Contains))
        {
            findings.Add(DefinitionRules.Secret, scalar.Position, UnknownKeys.SecretMessage, UnknownKeys.SecretMend);
        }
    }

    private void CheckChoice(Scalar scalar, ChoiceShape shape, string name)
    {
        if (!shape.Words.Contains(scalar.Value))
        {
            var near = Suggestion.For(scalar.Value, shape.Words);
            Fail(scalar, DefinitionRules.UnknownChoice,
                $"{Quote(scalar, name)} is not one of {string.Join(", ", shape.Words)}.",
                $"Write {near ?? "one of them"}.");
        }
    }

    private void CheckNumber(Scalar scalar, NumberShape shape, string name)
    {
        var number = long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed
            : scalar.Value[0] == '-' ? long.MinValue : long.MaxValue;
        if (number < shape.Minimum && shape.Below is { } below)
        {
            Fail(scalar, below.Rule, $"{Quote(scalar, name)} {below.Problem}.", below.Mend);
        }
        else if (number < shape.Minimum || number > shape.Maximum)
        {
            Fail(scalar, DefinitionRules.NumberRange,
                $"{Quote(scalar, name)} is not from {shape.Minimum} to {shape.Maximum}.",
                $"Write a number from {shape.Minimum} to {shape.Maximum}.");
        }
    }

    private void CheckText(Scalar scalar, TextShape shape, string name)
    {
        if (scalar.Value.Contains('$', StringComparison.Ordinal) && (!shape.Dollar || scalar.Value.Contains("${", StringComparison.Ordinal) || scalar.Value.Contains("$$", StringComparison.Ordinal)))
        {
            Fail(scalar, DefinitionRules.Dollar,
                $"{Quote(scalar, name)} holds a '$', which Flux would replace once more.",
                "Write the value itself: the definition knows no variables.");
        }
        else if (shape.Check(scalar.Value) is { } fault)
        {
            Fail(scalar, fault.Rule, $"{Quote(scalar, name)} {fault.Problem}.", fault.Mend);
        }
    }

    private void Fail(Node node, string rule, string message, string mend)
    {
        Faulty.Add(node);
        findings.Add(rule, node.Position, message, mend);
    }

    private static string Quote(Node node, string name) => node is Scalar scalar ? $"The value '{Shorten(scalar.Value)}' of '{name}'" : $"The value of '{name}'";

    private static string Shorten(string text)
    {
        var line = SecretText.Redact(text);
        return line.Length <= 80 ? line : line[..77] + "...";
    }

    private static string Wanted(Shape shape, Node node) => shape switch
    {
        TextShape when node is Scalar => "Put it in quotes.",
        TextShape text => $"Write a text such as {text.Example}.",
        NumberShape number => $"Write a whole number from {number.Minimum} to {number.Maximum}, without quotes.",
        SwitchShape => "Write true or false, without quotes.",
        ChoiceShape choice => $"Write one of {string.Join(", ", choice.Words)}.",
        ListShape => "Write a list: each entry in a line of its own behind '- '.",
        _ => "Write keys below it, indented by two spaces.",
    };
}
