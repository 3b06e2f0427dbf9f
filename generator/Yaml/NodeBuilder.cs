using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ParsedScalar = YamlDotNet.Core.Events.Scalar;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// Builds nodes from parser events. In a file of this project, anchors, aliases, merge keys and tags are findings. In a user's manifest
/// they are resolved, up to a limit: aliases of aliases ("billion laughs") grow exponentially.
/// </summary>
internal sealed class NodeBuilder(string file, YamlOptions options)
{
    private const int MaximumRepeated = 100_000;

    private readonly List<Finding> findings = [];
    private readonly Dictionary<string, Node> anchors = new(StringComparer.Ordinal);
    private int repeated;
    private bool stopped;

    public List<Node> Documents { get; } = [];

    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>Keys that are numbers, booleans or null, which YAML allows.</summary>
    public List<Finding> KeysWithoutText { get; } = [];

    /// <summary>The brackets and braces that are open at the current position, the innermost first.</summary>
    public Stack<Position> OpenBrackets { get; } = new();

    /// <summary>The position that reading has reached.</summary>
    public Position Reached { get; private set; } = new(1, 1);

    public void Read(Parser parser)
    {
        parser.Consume<StreamStart>();
        while (!stopped && parser.TryConsume<DocumentStart>(out var start))
        {
            if (Documents.Count > 0 && !options.SeveralDocuments)
            {
                Report(YamlRules.Documents, start.Start, "A second document begins here.",
                    "Keep one document in a file and delete the line '---'.");
                return;
            }

            if (options.AsKustomize && start.IsImplicit && Documents.Count > 0)
            {
                Report(YamlRules.Syntax, start.Start, "A document begins here without '---', and kubectl and kustomize do not read it.",
                    "Write '---' in a line above it.");
            }

            if (options.AsKustomize && start.Version is not null)
            {
                Report(YamlRules.Syntax, start.Start, "kubectl, kustomize and Helm refuse a file with a line '%YAML'.", "Delete the line.");
            }

            anchors.Clear();
            var document = ReadNode(parser, depth: 0);
            if (!stopped)
            {
                Documents.Add(document);
                parser.Consume<DocumentEnd>();
            }
        }
    }

    private Node ReadNode(Parser parser, int depth)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Follow(alias);
        }

        var properties = parser.Require<NodeEvent>();
        var type = CheckProperties(properties);
        Reached = At(properties.Start);
        var node = parser.TryConsume<ParsedScalar>(out var scalar) ? ReadScalar(scalar, type) : ReadCollection(parser, depth);
        if (!properties.Anchor.IsEmpty)
        {
            anchors[properties.Anchor.Value] = node;
        }

        return node;
    }

    private Node Follow(AnchorAlias alias)
    {
        if (!options.Aliases)
        {
            Report(YamlRules.Alias, alias.Start, $"The alias *{alias.Value} repeats another part of the file.", "Write the value out.");
        }
        else if (!anchors.TryGetValue(alias.Value.Value, out var node))
        {
            Report(YamlRules.Alias, alias.Start, $"The alias *{alias.Value} has no anchor before it in its document.",
                "Define the anchor first.");
        }
        else if ((repeated += Size(node, MaximumRepeated)) > MaximumRepeated)
        {
            Report(YamlRules.Alias, alias.Start, $"The aliases of this file repeat more than {MaximumRepeated} values.",
                "Write fewer aliases.");
            stopped = true;
        }
        else
        {
            return node;
        }

        return new Unread { Position = At(alias.Start), File = file };
    }

    private static int Size(Node node, int limit)
    {
        var (size, open) = (0, new Stack<Node>([node]));
        while (size <= limit && open.TryPop(out var next))
        {
            size++;
            var children = next switch
            {
                Mapping mapping => mapping.Entries.Select(entry => entry.Value),
                Sequence sequence => sequence.Items,
                _ => [],
            };
            foreach (var child in children)
            {
                open.Push(child);
            }
        }

        return size;
    }

    private Node ReadScalar(ParsedScalar scalar, TagType type) => type == TagType.Unknown
        ? new Unread { Position = At(scalar.Start), File = file }
        : type == TagType.Text || (type == TagType.None && scalar.Style != ScalarStyle.Plain) ? Text(scalar, scalar.Value)
        : options is { AsKustomize: true, MakesTexts: true } && type == TagType.None && PlainScalars.InKustomize(scalar.Value) is { } text ? Text(scalar, text)
        : new Scalar(scalar.Value) { File = file, Position = At(scalar.Start) };

    private Scalar Text(ParsedScalar scalar, string text) => new(text)
    {
        File = file,
        Position = At(scalar.Start),
        IsText = true,
        IsBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded,
    };

    private Node ReadCollection(Parser parser, int depth)
    {
        if (depth >= YamlOptions.MaximumDepth)
        {
            Report(YamlRules.TooDeep, parser.Current!.Start, $"More than {YamlOptions.MaximumDepth} levels are nested here.",
                "Check the brackets before this place.");
            stopped = true;
            return new Unread();
        }

        var isFlow = parser.Current is SequenceStart { Style: SequenceStyle.Flow } or MappingStart { Style: MappingStyle.Flow };
        if (isFlow)
        {
            OpenBrackets.Push(At(parser.Current!.Start));
        }

        Node node = parser.TryConsume<SequenceStart>(out var sequence) ? ReadSequence(parser, sequence.Start, depth)
            : ReadMapping(parser, depth);
        if (isFlow)
        {
            OpenBrackets.Pop();
        }

        return node;
    }

    private Sequence ReadSequence(Parser parser, Mark start, int depth)
    {
        var items = new List<Node>();
        while (!stopped && !parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(parser, depth + 1));
        }

        return new Sequence([.. items]) { File = file, Position = At(start) };
    }

    private Mapping ReadMapping(Parser parser, int depth)
    {
        var start = parser.Consume<MappingStart>().Start;
        var entries = new List<Entry>();
        var merged = new List<Entry>();
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        while (!stopped && !parser.TryConsume<MappingEnd>(out _))
        {
            var keyStart = parser.Current!.Start;
            var node = ReadNode(parser, depth + 1);
            if (stopped)
            {
                break;
            }

            var value = ReadNode(parser, depth + 1);
            if (node is Unread)
            {
                continue;
            }

            if (node is not Scalar key)
            {
                Report(YamlRules.KeyNotText, keyStart, "A key is a mapping or a list.",
                    "Put a text in quotes if it begins with a bracket or a brace.");
            }
            else if (key is { Value: "<<", IsText: false })
            {
                merged.AddRange(Merged(value, keyStart));
            }
            else if (!lines.TryAdd(key.Value, keyStart.Line))
            {
                Report(YamlRules.DuplicateKey, keyStart, $"The key '{key.Value}' is already defined on line {lines[key.Value]}.",
                    "Keep one of the two.");
            }
            else
            {
                entries.Add(new Entry(key.Value, value) { KeyPosition = key.Position });
                if (options.AsKustomize && !key.IsString)
                {
                    KeysWithoutText.Add(Finding(YamlRules.KeyNotText, keyStart,
                        $"The key {key.Value} is {ScalarKind.Describe(key)}, which kustomize cannot build.", "Put it in quotes."));
                }
            }
        }

        // A key of the mapping itself wins over a merged one, and of several merged ones the first.
        entries.AddRange(merged.Where(entry => lines.TryAdd(entry.Key, 0)));
        return new Mapping(entries) { File = file, Position = At(start) };
    }

    private IEnumerable<Entry> Merged(Node value, Mark start)
    {
        var mappings = value is Sequence several ? several.Items.OfType<Mapping>().ToArray() : [.. new[] { value }.OfType<Mapping>()];
        if (!options.Aliases)
        {
            Report(YamlRules.MergeKey, start, "The merge key << copies another part of the file.", "Write the keys out.");
        }
        else if (mappings.Length == 0 && value is not Unread)
        {
            Report(YamlRules.MergeKey, start, "The merge key << needs a mapping or a list of mappings.", "Give it an alias of a mapping.");
        }

        return options.Aliases ? mappings.SelectMany(mapping => mapping.Entries) : [];
    }

    private TagType CheckProperties(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty && !options.Aliases)
        {
            Report(
                YamlRules.Anchor,
                node.Start,
                $"The anchor &{node.Anchor.Value} allows other parts of the file to repeat this one.",
                "Delete the anchor and write values out where they are needed.");
        }

        if (node.Tag.IsEmpty)
        {
            return TagType.None;
        }

        var name = node.Tag.Value.Replace("tag:yaml.org,2002:", "!!");
        var type = !options.Aliases ? TagType.Unknown : name switch
        {
            "!!str" or "!!binary" or "!" => TagType.Text,
            "!!int" or "!!float" or "!!bool" or "!!null" or "!!timestamp" => TagType.Plain,
            "!!map" or "!!seq" => TagType.None,
            _ => TagType.Unknown,
        };
        if (type == TagType.Unknown)
        {
            Report(YamlRules.Tag, node.Start, $"The tag {name} changes the type of the value.", "Delete the tag; put a text in quotes.");
        }

        return type;
    }

    private void Report(string rule, Mark mark, string message, string fix)
    {
        findings.Add(Finding(rule, mark, message, fix));
        if (findings.Count == YamlOptions.MaximumFindings)
        {
            findings.Add(Finding(YamlRules.TooManyFindings, mark, $"{YamlOptions.MaximumFindings} findings so far.",
                "Reading stopped here; fix these first."));
            stopped = true;
        }
    }

    private Finding Finding(string rule, Mark mark, string message, string fix) =>
        new() { Rule = rule, File = file, Position = At(mark), Message = Printable.Of(message), Fix = fix };

    private static Position At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    /// <summary>The kind of type that a tag gives to a scalar.</summary>
    private enum TagType
    {
        None,
        Text,
        Plain,
        Unknown,
    }
}
