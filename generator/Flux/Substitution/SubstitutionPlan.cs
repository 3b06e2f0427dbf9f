using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Flux.Substitution;

/// <summary>
/// An object whose text was substituted and parsed once, with markers for its references. Other values are inserted directly, if each of
/// them is a word that cannot change the YAML around it. Parts with equal values are the same node.
/// </summary>
internal sealed class SubstitutionPlan
{
    private const string Mark = "zq";
    private const int LongestWord = 1000;

    private static readonly SearchValues<char> OfWords =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./: ");

    private readonly Part root;

    private SubstitutionPlan(Part root) => this.root = root;

    /// <summary>The plan of an object; null if the markers do not show where the values go.</summary>
    /// <param name="template">The object's text.</param>
    /// <param name="read">Parses a substituted text into the object, with the positions of its file; returns null if it is invalid.</param>
    public static SubstitutionPlan? Of(Template template, Func<string, Mapping?> read)
    {
        if (template.Pieces.OfType<Piece.Text>().Any(text => text.Value.Contains(Mark)))
        {
            return null;
        }

        var marks = Enumerable.Range(0, template.Distinct.Length).Select(index => $"{Mark}{index}{Mark}").ToArray();
        var compiler = new Compiler();
        return read(template.With(marks)) is { } marked && compiler.Compile(marked, []) is { } root
            && compiler.Found == template.Pieces.OfType<Piece.Reference>().Count() ? new SubstitutionPlan(root) : null;
    }

    /// <summary>The object with values; null if a value may change the YAML around it.</summary>
    /// <param name="values">A value for each of <see cref="Template.Distinct"/>.</param>
    public Mapping? Apply(string[] values) => values.All(IsWord) ? (Mapping)root.With(values) : null;

    /// <summary>True for a text that is the same quoted, unquoted and in a block, and is neither a key nor a comment.</summary>
    private static bool IsWord(string value) => value.Length is > 0 and < LongestWord
        && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1])
        && !value.AsSpan().ContainsAnyExcept(OfWords) && !value.Contains(": ");

    /// <summary>A node and the references in it.</summary>
    private abstract class Part(int[] uses, bool remembers)
    {
        private const int Remembered = 512;

        private readonly ConcurrentDictionary<string, Node>? made = remembers && uses.Length > 0 ? new(StringComparer.Ordinal) : null;

        public int[] Uses => uses;

        public Node With(string[] values)
        {
            if (made is null)
            {
                return Make(values);
            }

            var key = uses.Length == 1 ? values[uses[0]] : string.Join('\n', uses.Select(index => values[index]));
            return made.TryGetValue(key, out var known) ? known
                : made.Count < Remembered ? made.GetOrAdd(key, Make(values))
                : Make(values);
        }

        protected abstract Node Make(string[] values);
    }

    private sealed class Constant(Node node) : Part([], remembers: false)
    {
        protected override Node Make(string[] values) => node;
    }

    private sealed class Text(Scalar marked, string[] parts, int[] places, int[] uses, bool remembers) : Part(uses, remembers)
    {
        protected override Node Make(string[] values)
        {
            var text = new string[parts.Length + places.Length];
            for (var index = 0; index < parts.Length; index++)
            {
                text[index * 2] = parts[index];
                if (index < places.Length)
                {
                    text[(index * 2) + 1] = values[places[index]];
                }
            }

            return ObjectSubstitution.Resolved(marked with { Value = string.Concat(text) });
        }
    }

    private sealed class List(Sequence marked, (int Index, Part Part)[] parts, int[] uses, bool remembers) : Part(uses, remembers)
    {
        protected override Node Make(string[] values)
        {
            var items = marked.Items.ToArray();
            foreach (var (index, part) in parts)
            {
                items[index] = part.With(values);
            }

            return marked with { Items = ImmutableCollectionsMarshal.AsImmutableArray(items) };
        }
    }

    private sealed class Map(Mapping marked, (int Index, Part Part)[] parts, int[] uses, bool remembers) : Part(uses, remembers)
    {
        protected override Node Make(string[] values)
        {
            var entries = marked.Entries.ToArray();
            foreach (var (index, part) in parts)
            {
                entries[index] = entries[index] with { Value = part.With(values) };
            }

            return new Mapping(ImmutableCollectionsMarshal.AsImmutableArray(entries)) { Position = marked.Position, File = marked.File };
        }
    }

    /// <summary>Finds the markers.</summary>
    private sealed class Compiler
    {
        /// <summary>The number of markers in values.</summary>
        public int Found { get; private set; }

        /// <param name="node">The parsed node.</param>
        /// <param name="above">The references of the parent node: a part with the same references is not cached separately.</param>
        public Part Compile(Node node, int[] above)
        {
            var uses = UsesOf(node);
            var remembers = !uses.AsSpan().SequenceEqual(above);
            switch (node)
            {
                case Mapping mapping when uses.Length > 0:
                    return new Map(mapping, Parts(mapping.Entries.Select(entry => entry.Value), uses), uses, remembers);
                case Sequence sequence when uses.Length > 0:
                    return new List(sequence, Parts(sequence.Items, uses), uses, remembers);
                case Scalar scalar when uses.Length > 0:
                    var pieces = scalar.Value.Split(Mark);
                    Found += pieces.Length / 2;
                    return new Text(scalar, [.. pieces.Where((_, index) => index % 2 == 0)],
                        [.. pieces.Where((_, index) => index % 2 == 1).Select(int.Parse)], uses, remembers);
                default:
                    return new Constant(node);
            }
        }

        private (int Index, Part Part)[] Parts(IEnumerable<Node> nodes, int[] uses) =>
        [
            .. nodes.Select((node, index) => (Index: index, Part: Compile(node, uses))).Where(item => item.Part.Uses.Length > 0),
        ];

        private static int[] UsesOf(Node node)
        {
            var uses = new SortedSet<int>();
            Collect(node, uses);
            return [.. uses];
        }

        private static void Collect(Node node, SortedSet<int> uses)
        {
            switch (node)
            {
                case Mapping mapping:
                    foreach (var entry in mapping.Entries)
                    {
                        Collect(entry.Value, uses);
                    }

                    break;
                case Sequence sequence:
                    foreach (var item in sequence.Items)
                    {
                        Collect(item, uses);
                    }

                    break;
                case Scalar scalar when scalar.Value.Contains(Mark):
                    uses.UnionWith(scalar.Value.Split(Mark).Where((_, index) => index % 2 == 1).Select(int.Parse));
                    break;
            }
        }
    }
}
