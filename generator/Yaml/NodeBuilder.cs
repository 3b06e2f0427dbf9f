using PlatformGitOps.Generator.Findings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ParsedScalar = YamlDotNet.Core.Events.Scalar;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// Parser events to nodes. What makes YAML dangerous or surprising (anchors, aliases, merge keys, tags) is a finding, never followed:
/// an alias that refers to an alias ("billion laughs") grows without bound.
/// </summary>
internal sealed class NodeBuilder(string file, YamlOptions options)
{
    private readonly List<Finding> findings = [];
    private bool stopped;

    public List<Node> Documents { get; } = [];

    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>How far reading came.</summary>
    public Position Reached { get; private set; } = new(1, 1);

    public void Read(Parser parser)
    {
        parser.Consume<StreamStart>();
        while (!stopped && parser.TryConsume<DocumentStart>(out var start))
        {
            if (Documents.Count > 0 && !options.SeveralDocuments)
            {
                Report(YamlRules.Documents, start.Start, "A second document begins here.", "Keep one document in a file and delete the line '---'.");
                return;
            }

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
            Report(YamlRules.Alias, alias.Start, $"The alias *{alias.Value} repeats another part of the file.", "Write the value out.");
            return new Unread { Position = At(alias.Start) };
        }

        var tagged = CheckProperties(parser.Current as NodeEvent);
        Reached = At(parser.Current!.Start);
        if (parser.TryConsume<ParsedScalar>(out var scalar))
        {
            return tagged ? new Unread { Position = At(scalar.Start) } : new Scalar(scalar.Value) { File = file, Position = At(scalar.Start), IsText = scalar.Style != ScalarStyle.Plain };
        }

        if (depth >= options.MaximumDepth)
        {
            Report(YamlRules.TooDeep, parser.Current!.Start,
                $"More than {options.MaximumDepth} levels stand inside each other.",
                "Check the brackets before this place.");
            stopped = true;
            return new Unread();
        }

        return parser.TryConsume<SequenceStart>(out var sequence) ? ReadSequence(parser, sequence.Start, depth) : ReadMapping(parser, depth);
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
                Report(YamlRules.KeyNotText, keyStart,
                    "A key is a mapping or a list.",
                    "Put a text in quotes where it begins with a bracket or a brace.");
            }
            else if (key is { Value: "<<", IsText: false })
            {
                Report(YamlRules.MergeKey, keyStart, "The merge key << copies another part of the file.", "Write the keys out.");
            }
            else if (!lines.TryAdd(key.Value, keyStart.Line))
            {
                Report(YamlRules.DuplicateKey, keyStart, $"The key '{key.Value}' stands in line {lines[key.Value]} already.", "Keep one of the two.");
            }
            else
            {
                entries.Add(new Entry(key.Value, value) { KeyPosition = key.Position });
            }
        }

        return new Mapping(entries) { File = file, Position = At(start) };
    }

    /// <summary>True where a tag says what the value is, whatever it looks like.</summary>
    private bool CheckProperties(NodeEvent? node)
    {
        if (node is { Anchor.IsEmpty: false })
        {
            Report(YamlRules.Anchor, node.Start,
                $"The anchor &{node.Anchor.Value} is there to be repeated.",
                "Delete the anchor and write values out where they are needed.");
        }

        if (node is not { Tag.IsEmpty: false })
        {
            return false;
        }

        var name = node.Tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
        Report(YamlRules.Tag, node.Start, $"The tag {name} changes what the value is.", "Delete the tag; put a text in quotes.");
        return true;
    }

    private void Report(string rule, Mark mark, string message, string mend)
    {
        findings.Add(new Finding { Rule = rule, File = file, Position = At(mark), Message = Printable.Of(message), Mend = mend });
        if (findings.Count == options.MaximumFindings)
        {
            findings.Add(new Finding
            {
                Rule = YamlRules.TooManyFindings,
                File = file,
                Position = At(mark),
                Message = $"{options.MaximumFindings} findings so far.",
                Mend = "Reading stopped here; mend these first.",
            });
            stopped = true;
        }
    }

    private static Position At(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
