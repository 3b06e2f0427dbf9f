using System.Collections.Immutable;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>The findings of one definition, and the nodes that have one, so that no later rule reports about them.</summary>
internal sealed class DefinitionFindings(string file)
{
    public const string SecretMessage = "This looks like a credential, and the definition is committed.";

    public const string SecretFix =
        "Put it into a Secret in the cluster and revoke it if it was pushed; the definition names the Secret with repository.secretName.";

    private readonly List<Finding> findings = [];
    private readonly HashSet<Node> faulty = new(ReferenceEqualityComparer.Instance);

    public bool Any => findings.Count > 0;

    public bool IsFaulty(Node node) => faulty.Contains(node);

    public void Add(Finding finding) => findings.Add(finding);

    public void Add(string rule, Position position, string message, string fix) =>
        findings.Add(new Finding { Rule = rule, File = file, Position = position, Message = message, Mend = fix });

    public void MarkFaulty(Node node) => faulty.Add(node);

    /// <summary>Without repetitions: a value in <c>defaults</c> is wrong once, not once for each cluster. No text of a secret gets
    /// out.</summary>
    public ImmutableArray<Finding> InOrder() =>
    [
        .. findings.Select(finding => finding with { Message = Clean(finding.Message), Mend = Clean(finding.Mend) })
            .Distinct()
            .OrderBy(finding => (finding.Position.Line, finding.Position.Column)),
    ];

    public void Add(ShapeProblem problem)
    {
        if (problem.Kind is not (ShapeProblemKind.UnknownKey or ShapeProblemKind.MissingKey) && !faulty.Add(problem.Node))
        {
            return;
        }

        var value = problem.Node is Scalar scalar ? $"The value '{Shorten(scalar.Value)}' of '{Name(problem)}'"
            : $"The value of '{Name(problem)}'";
        switch (problem)
        {
            case { Kind: ShapeProblemKind.Empty }:
                Add(DefinitionRules.EmptyValue, problem.Position, $"The key '{Name(problem)}' has no value.",
                    "Write a value or delete the key.");
                break;
            case { Kind: ShapeProblemKind.UnknownKey } when SecretText.IsSecretKey(problem.Key):
                Add(DefinitionRules.Secret, problem.Position,
                    $"The key '{Shorten(problem.Key)}' would put a credential into the repository.", SecretFix);
                break;
            case { Kind: ShapeProblemKind.UnknownKey, Shape: ObjectShape keys }:
                Add(DefinitionRules.UnknownKey, problem.Position, $"The key '{Shorten(problem.Key)}' is unknown in {Mapping(problem)}.",
                    Known(problem.Key, keys));
                break;
            case { Kind: ShapeProblemKind.MissingKey, Shape: ObjectShape keys } when keys[problem.Key] is { } key:
                Add(DefinitionRules.MissingKey, problem.Position, $"The key '{key.Name}' is missing in {Mapping(problem)}.",
                    key.Shape is TextShape text ? $"Add '{key.Name}: {text.Example}'." : $"Add '{key.Name}:' ({Lower(key.Description)}).");
                break;
            case { Kind: ShapeProblemKind.UnknownWord, Shape: ChoiceShape choice, Node: Scalar word }:
                Add(DefinitionRules.UnknownChoice, problem.Position, $"{value} is not one of {string.Join(", ", choice.Words)}.",
                    $"Write {Suggestion.For(word.Value, choice.Words) ?? "one of them"}.");
                break;
            case { Fault: { } fault }:
                Add(fault.Rule, problem.Position, $"{value} {fault.Problem}.", fault.Fix);
                break;
            case { Kind: ShapeProblemKind.Range, Shape: NumberShape number }:
                Add(DefinitionRules.NumberRange, problem.Position, $"{value} is not from {number.Minimum} to {number.Maximum}.",
                    $"Write a number from {number.Minimum} to {number.Maximum}.");
                break;
            case { Kind: ShapeProblemKind.Count, Shape: ListShape list, Node: Sequence sequence }:
                Add(list.CountRule, problem.Position, $"The list '{Name(problem)}' has {sequence.Items.Length} entries.",
                    $"Write {list.Minimum} to {list.Maximum}.");
                break;
            case { Kind: ShapeProblemKind.Duplicate, Node: Scalar entry }:
                Add(DefinitionRules.DuplicateItem, problem.Position,
                    $"The entry '{Shorten(entry.Value)}' of '{Name(problem)}' is in line {problem.First.Line} already.",
                    "Keep one of the two.");
                break;
            case { Kind: ShapeProblemKind.WrongType }:
                Add(DefinitionRules.WrongType, problem.Position, $"{value} is {ScalarKind.Describe(problem.Node)}.",
                    Wanted(problem.Shape, problem.Node));
                break;
        }
    }

    /// <summary>What to write instead of a key that is not known.</summary>
    private static string Known(string word, ObjectShape shape)
    {
        var names = shape.Keys.Select(key => key.Name).ToArray();
        return Suggestion.For(word, names) is { } near ? $"Did you mean '{near}'?"
            : Below(shape, word) is { } path ? $"It belongs under {path}."
            : shape.Complete?[word] is not null ? "It belongs to each cluster; it cannot be a default."
            : $"Known here: {string.Join(", ", names)}.";
    }

    /// <summary>The keys above a word that is known further down.</summary>
    private static string? Below(ObjectShape shape, string word)
    {
        foreach (var key in shape.Keys)
        {
            if (key.Shape is ObjectShape inner
                && (inner[word] is not null ? $"'{key.Name}'" : Below(inner, word) is { } path ? $"'{key.Name}', {path}"
                : null) is { } found)
            {
                return found;
            }
        }

        return null;
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

    private static string Name(ShapeProblem problem) => problem.Name.Split('[')[0];

    private static string Mapping(ShapeProblem problem) => problem.Around switch
    {
        "" => "the definition",
        var path when path.EndsWith(']') => $"this entry of {path[(path.LastIndexOf('.') + 1)..path.LastIndexOf('[')]}",
        var path => path[(path.LastIndexOf('.') + 1)..],
    };

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');

    private static string Shorten(string text)
    {
        var line = SecretText.Redact(text);
        return line.Length <= 80 ? line : line[..77] + "...";
    }

    private static string Clean(string text) => Printable.Of(SecretText.Redact(text));
}
