namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>The findings of one definition, and the nodes that have one, so that no later rule reports about them.</summary>
internal sealed class DefinitionFindings(string file)
{
    public const string SecretMessage = "This looks like a credential, and the definition is committed.";

    public const string SecretFix =
        "Put it into a Secret in the cluster and revoke it if it was pushed; the definition holds its name alone (secretName).";

    private readonly List<Finding> findings = [];

    // The cluster whose value from defaults or a group is wrong, by the index of the finding.
    private readonly Dictionary<int, string> concerned = [];

    // A misspelt required key is reported once: as unknown, not also as missing. The numbers are indexes of findings.
    private readonly HashSet<(string Around, string Key)> misspelt = [];
    private readonly Dictionary<int, (string Around, string Key)> missing = [];

    private readonly HashSet<Node> faulty = new(ReferenceEqualityComparer.Instance);

    public bool Any => Count > 0;

    public int Count => findings.Count;

    public bool IsFaulty(Node node) => faulty.Contains(node);

    public void Add(Finding finding) => findings.Add(finding);

    public void Add(string rule, Position position, string message, string fix, string? cluster = null)
    {
        if (cluster is not null)
        {
            concerned[findings.Count] = cluster;
        }

        findings.Add(new Finding { Rule = rule, File = file, Position = position, Message = message, Fix = fix });
    }

    public void MarkFaulty(Node node) => faulty.Add(node);

    /// <summary>
    /// Keeps a wrong value from being bound, also that of a key that is unknown here: 'name' in defaults belongs to each cluster.
    /// </summary>
    /// <returns>False if the value is already known to be wrong.</returns>
    public bool MarkUnbound(ShapeProblem problem) => problem.Kind == ShapeProblemKind.MissingKey || faulty.Add(problem.Node);

    /// <summary>
    /// Without repetitions: a wrong value in <c>defaults</c> is reported once, not once for each cluster. Secrets are masked.
    /// </summary>
    public ImmutableArray<Finding> InOrder() =>
    [
        .. findings.Select((finding, index) => (Finding: finding, Index: index))
            .Where(pair => !missing.TryGetValue(pair.Index, out var key) || !misspelt.Contains(key))
            .GroupBy(pair => pair.Finding, pair => concerned.GetValueOrDefault(pair.Index))
            .Select(same => same.Key with
            {
                Message = Clean(same.Key.Message + Concerns(same.Key.Message, [.. same.OfType<string>().Distinct()])),
                Fix = Clean(same.Key.Fix),
            })
            .Distinct()
            .OrderBy(finding => (finding.Position.Line, finding.Position.Column)),
    ];

    private static string Concerns(string message, string[] clusters) => clusters switch
    {
        [] => "",
        [var one] when message.Contains($"'{one}'") => "",
        [var one] => $" It concerns cluster {one}.",
        { Length: <= 4 } => $" It concerns the clusters {string.Join(", ", clusters[..^1])} and {clusters[^1]}.",
        _ => $" It concerns the clusters {ListText.First(clusters, 3)}.",
    };

    public void Add(ShapeProblem problem, Mapping root)
    {
        if (!MarkUnbound(problem) && problem.Kind != ShapeProblemKind.UnknownKey)
        {
            return;
        }

        var value = problem.Node is Scalar scalar ? $"The value '{Shorten(scalar.Value)}' of '{Name(problem)}'"
            : $"The value of '{Name(problem)}'";
        switch (problem)
        {
            case { Kind: ShapeProblemKind.Empty } when problem.Name.EndsWith(']'):
                var index = int.Parse(problem.Name.Split('[')[1].TrimEnd(']'), CultureInfo.InvariantCulture);
                Add(DefinitionRules.EmptyValue, problem.Position, $"Entry {index + 1} of '{Name(problem)}' is empty.",
                    "Write it behind the '- ', or delete the line.");
                break;
            case { Kind: ShapeProblemKind.Empty }:
                Add(DefinitionRules.EmptyValue, problem.Position, $"The key '{Name(problem)}' has no value.",
                    problem.Shape is TextShape mayBeEmpty && mayBeEmpty.Check("") is null
                        ? "Write a value (\"\" for an empty one) or delete the key." : "Write a value or delete the key.");
                break;
            case { Kind: ShapeProblemKind.UnknownKey } when SecretKeys.IsSecret(problem.Key):
                Add(DefinitionRules.Secret, problem.Position,
                    $"The key '{Shorten(problem.Key)}' would put a credential into the repository.", SecretFix);
                break;
            case { Kind: ShapeProblemKind.UnknownKey, Shape: ObjectShape keys }:
                Add(DefinitionRules.UnknownKey, problem.Position, $"The key '{Shorten(problem.Key)}' is unknown in {Mapping(problem)}.",
                    Known(problem, keys, root));
                break;
            case { Kind: ShapeProblemKind.MissingKey, Shape: ObjectShape keys } when keys[problem.Key] is { } key:
                missing[findings.Count] = (problem.Around, key.Name);
                Add(DefinitionRules.MissingKey, problem.Position, $"The key '{key.Name}' is missing in {Mapping(problem)}.",
                    key.Shape is TextShape text
                        ? $"Add '{key.Name}: {TypeAdvice.Written(text, text.Example)}'."
                        : $"Add '{key.Name}:' ({Lower(key.Description)}).");
                break;
            case { Kind: ShapeProblemKind.UnknownWord, Shape: ChoiceShape choice, Node: Scalar word }:
                Add(DefinitionRules.UnknownChoice, problem.Position, $"{value} is not one of {string.Join(", ", choice.Words)}.",
                    TypeAdvice.ForWord(word.Value, choice));
                break;
            case { Fault: { } fault }:
                Add(fault.Rule, problem.Position, $"{value} {fault.Problem}.", TypeAdvice.OfAddress(problem, Name(problem)) ?? fault.Fix);
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
                    TypeAdvice.For(problem.Shape, problem.Node, Name(problem), problem.Name.EndsWith(']')));
                break;
        }
    }

    /// <summary>What to write instead of an unknown key.</summary>
    private string Known(ShapeProblem problem, ObjectShape shape, Mapping root)
    {
        var (fix, near) = KeyAdvice.For(problem, shape, Mapping(problem), root);
        misspelt.Add((problem.Around, near ?? ""));
        return fix;
    }

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
        var line = SecretText.Redact(text).TrimEnd();
        line = line.Split('\n') is [var first, _, ..] ? first.TrimEnd() + " ..." : line;
        return line.Length <= 80 ? line : line[..77] + "...";
    }

    private static string Clean(string text) => Printable.Of(SecretText.Redact(text));
}
