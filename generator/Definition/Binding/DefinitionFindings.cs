using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>The findings of one definition, and the nodes that have one, so that no later rule reports about them.</summary>
internal sealed class DefinitionFindings(string file)
{
    public const string SecretMessage = "This looks like a credential, and the definition is committed.";

    public const string SecretFix =
        "Put it into a Secret in the cluster and revoke it if it was pushed; the definition holds its name alone (secretName).";

    /// <summary>What other tools have at this place, and where it is here.</summary>
    private static readonly Dictionary<string, string> WordsOfOtherTools = new()
    {
        ["minReplicas"] = "The fewest pods are 'dns.replicas'.",
        ["clusterDNS"] = "The address of the DNS Service is 'dns.clusterIP'.",
        ["clusterDns"] = "The address of the DNS Service is 'dns.clusterIP'.",
        ["clusterDomain"] = "The cluster's domain is 'domain'.",
        ["forward"] = "The servers for all other names are 'dns.upstreams', those for a zone 'dns.stubDomains'.",
        ["forwarders"] = "The servers for all other names are 'dns.upstreams'.",
        ["nameservers"] = "The servers for all other names are 'dns.upstreams'.",
        ["upstreamNameservers"] = "The servers for all other names are 'dns.upstreams'.",
        ["waves"] = "Clusters that get a change before the others are a group of 'groups', which a cluster names by 'group'.",
        ["extends"] = "What clusters share is under 'defaults', or in a group of 'groups' that a cluster names by 'group'.",
        ["provider"] = "Each provider is an entry of 'externalDns.instances', with its 'name' and its 'domainFilters'.",
        ["helm"] = "Values of a chart are 'values.coredns', its version is 'charts.coredns.version'.",
        ["corefile"] = "Servers with plugins of your own are 'dns.extraServers'.",
        ["Corefile"] = "Servers with plugins of your own are 'dns.extraServers'.",
        ["hpa"] = "An autoscaler is 'dns.autoscaling' with 'kind: hpa'.",
        ["apiVersion"] = "This is not a Kubernetes object: 'init' prints a definition to begin with.",
    };

    /// <summary>Keys with one value where a list is a likely thought.</summary>
    private static readonly Dictionary<string, string> NoLists = new()
    {
        ["pods"] = OneRange,
        ["services"] = OneRange,
        ["nodes"] = OneRange,
        ["serverName"] = "Write one name: the forward plugin takes one for all servers of a list. Servers with another name belong to a "
            + "stub domain of their own.",
    };

    private const string OneRange = "Write one range. That of the other family of a dual-stack cluster belongs under network.second.";

    private readonly List<Finding> findings = [];

    // The cluster that a value of defaults or of a group is wrong for, by the place in the list of findings.
    private readonly Dictionary<int, string> concerned = [];

    // A typing error in a required key is reported once: as the unknown key that it is, not also as the missing one. The numbers are places
    // in the list of findings.
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
    /// Keeps a wrong value from being bound, and that of a key that is unknown here as well: 'name' in defaults is each cluster's own.
    /// </summary>
    /// <returns>False where the value is known to be wrong.</returns>
    public bool MarkUnbound(ShapeProblem problem) => problem.Kind == ShapeProblemKind.MissingKey || faulty.Add(problem.Node);

    /// <summary>Without repetitions: a value in <c>defaults</c> is wrong once, not once for each cluster. No text of a secret gets
    /// out.</summary>
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
        [var one] when message.Contains($"'{one}'", StringComparison.Ordinal) => "",
        [var one] => $" It concerns cluster {one}.",
        { Length: <= 4 } => $" It concerns the clusters {string.Join(", ", clusters[..^1])} and {clusters[^1]}.",
        _ => $" It concerns the clusters {ListText.First(clusters, 3)}.",
    };

    public void Add(ShapeProblem problem)
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
                    "Write a value or delete the key.");
                break;
            case { Kind: ShapeProblemKind.UnknownKey } when SecretKeys.IsSecret(problem.Key):
                Add(DefinitionRules.Secret, problem.Position,
                    $"The key '{Shorten(problem.Key)}' would put a credential into the repository.", SecretFix);
                break;
            case { Kind: ShapeProblemKind.UnknownKey, Shape: ObjectShape keys }:
                Add(DefinitionRules.UnknownKey, problem.Position, $"The key '{Shorten(problem.Key)}' is unknown in {Mapping(problem)}.",
                    Known(problem, keys));
                break;
            case { Kind: ShapeProblemKind.MissingKey, Shape: ObjectShape keys } when keys[problem.Key] is { } key:
                missing[findings.Count] = (problem.Around, key.Name);
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
                    problem is { Shape: TextShape, Node: Sequence } && NoLists.GetValueOrDefault(Name(problem)) is { } one ? one
                        : Wanted(problem.Shape, problem.Node));
                break;
        }
    }

    /// <summary>What to write instead of a key that is not known.</summary>
    private string Known(ShapeProblem problem, ObjectShape shape)
    {
        var word = problem.Key;
        var names = shape.Keys.Select(key => key.Name).ToArray();
        if (WordsOfOtherTools.GetValueOrDefault(word) is { } here)
        {
            return here;
        }

        if (Above(problem.Around, word) is { } above)
        {
            return $"It belongs to {above}, not below {Mapping(problem)}: indent it less.";
        }

        var near = Suggestion.For(word, names);
        misspelt.Add((problem.Around, near ?? ""));
        return near is not null ? $"Did you mean '{near}'?"
            : Below(shape, word) is { } path ? $"It belongs under {path}."
            : shape.Complete?[word] is not null ? "It belongs to each cluster; it cannot be a default."
            : $"Known here: {string.Join(", ", names)}.";
    }

    /// <summary>The nearest mapping around this one that knows the word.</summary>
    private static string? Above(string around, string word)
    {
        for (var path = around; path.Length > 0;)
        {
            path = path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : "";
            if (ShapeAt(path)?[word] is not null)
            {
                var last = path[(path.LastIndexOf('.') + 1)..];
                return path.Length == 0 ? "the definition" : !path.EndsWith(']') ? $"'{last}'"
                    : last.StartsWith("clusters[", StringComparison.Ordinal) ? "the cluster" : $"the entry of '{last.Split('[')[0]}'";
            }
        }

        return null;
    }

    private static ObjectShape? ShapeAt(string path)
    {
        Shape? shape = PlatformText.Shape;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            shape = (shape as ObjectShape)?[name.Split('[')[0]]?.Shape;
            shape = shape is ListShape list ? list.Item : shape;
        }

        return shape as ObjectShape;
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
        ListShape when node is Scalar { Value: var one } => $"Write a list, also for one entry: [{Shorten(one)}].",
        ObjectShape keys when node is Scalar { Value: var word } && KeyFor(word, keys) is { } key =>
            $"Write '{{ {key}: {Shorten(word)} }}', or the key '{key}' in a line of its own below it.",
        ListShape { Item: ObjectShape entry } => $"Write a list: each entry begins with '- {entry.Keys[0].Name}:'.",
        ListShape => "Write a list: each entry in a line of its own behind '- '.",
        ObjectShape keys when node is Sequence && keys.Keys.FirstOrDefault(key => key.Required && key.Shape is ListShape) is { } key =>
            $"Write the list below the key '{key.Name}'.",
        ObjectShape { Keys: [var key, ..] } => $"Write keys below it, indented by two spaces, such as '{key.Name}:'.",
        _ => "Write keys below it, indented by two spaces.",
    };

    /// <summary>The key that a text in place of a mapping was most likely meant for.</summary>
    private static string? KeyFor(string word, ObjectShape shape) => shape.Keys
        .Where(key => key.Shape is ChoiceShape choice ? choice.Words.Contains(word)
            : key.Required && key.Shape is TextShape text && text.Check(word) is null)
        .Select(key => key.Name).FirstOrDefault();

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
