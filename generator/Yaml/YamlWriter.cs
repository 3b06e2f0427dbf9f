using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// Writes nodes as text: block style, two spaces, indented sequences, <c>\n</c>, no line folding; the same bytes for any culture and
/// operating system.
/// </summary>
public static class YamlWriter
{
    /// <summary>Writes a file of one or more documents below a comment line.</summary>
    /// <param name="firstLine">The comment's text, without the <c>#</c>.</param>
    /// <param name="documents">The documents in order.</param>
    public static string Write(string firstLine, params IReadOnlyList<Node> documents)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine("# " + firstLine);
        var first = true;
        foreach (var document in documents)
        {
            if (!first)
            {
                text.WriteLine("---");
            }

            first = false;
            WriteDocument(text, document);
        }

        return text.ToString();
    }

    /// <summary>Writes one document without a comment line, for YAML inside of a YAML text.</summary>
    public static string WriteFragment(Node document)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        WriteDocument(text, document);
        return text.ToString();
    }

    private static void WriteDocument(TextWriter text, Node document)
    {
        var settings = new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024)
            .WithIndentedSequences();
        var emitter = new Emitter(text, settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        WriteNode(emitter, document);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void WriteNode(Emitter emitter, Node node)
    {
        switch (node)
        {
            case Mapping mapping:
                var braces = mapping.Entries.IsEmpty ? MappingStyle.Flow : MappingStyle.Block;
                emitter.Emit(new MappingStart(null, null, isImplicit: true, braces));
                foreach (var entry in mapping.Entries)
                {
                    if (entry.Comment is not null)
                    {
                        emitter.Emit(new Comment(entry.Comment, isInline: false));
                    }

                    WriteNode(emitter, new Scalar(entry.Key) { IsText = true });
                    WriteNode(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case Sequence sequence:
                var brackets = sequence.Items.IsEmpty ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, brackets));
                foreach (var item in sequence.Items)
                {
                    WriteNode(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case Scalar scalar:
                var style = StyleOf(scalar);
                emitter.Emit(new YamlDotNet.Core.Events.Scalar(null, null, scalar.Value, style, isPlainImplicit: true,
                    isQuotedImplicit: true));
                break;
            default:
                WriteNode(emitter, Scalar.Null);
                break;
        }
    }

    private static ScalarStyle StyleOf(Scalar scalar) => scalar switch
    {
        { Value: var value } when value.Contains('\n') => ScalarStyle.Literal,
        // YamlDotNet writes a leading tab unquoted, and readers take it for indentation.
        { IsText: true, Value: var value } when PlainScalars.NeedsQuotes(value) || value.Any(char.IsControl) => ScalarStyle.DoubleQuoted,
        _ => ScalarStyle.Any,
    };
}
