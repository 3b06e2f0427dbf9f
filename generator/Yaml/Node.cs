using System.Diagnostics.CodeAnalysis;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>A YAML node, read from a file (then it has a position) or made by the generator. Nodes are immutable.</summary>
public abstract record Node
{
    private NodeFacts facts;

    protected Node()
    {
    }

    /// <summary>A copy is another node: facts about the original do not hold for it.</summary>
    protected Node(Node original) => (Position, File) = (original.Position, original.File);

    /// <summary>Cached facts about this node.</summary>
    internal ref NodeFacts Facts => ref facts;

    public Position Position { get; init; } = Position.None;

    /// <summary>The file that it was read from, kept through merges; empty if the generator made it.</summary>
    public string File { get; init; } = "";

    /// <summary>Null for a null text, so that its key is omitted from a mapping.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Node?(string? text) => text is null ? null : new Scalar(text) { IsText = true };

    public static implicit operator Node(int number) => new Scalar(number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator Node(bool value) => new Scalar(value ? "true" : "false");

    /// <summary>True for two nodes with the same content, wherever they are from, and for two nulls.</summary>
    public static bool Same(Node? one, Node? other) => one is null || other is null ? one is null && other is null
        : YamlWriter.WriteFragment(one) == YamlWriter.WriteFragment(other);

    /// <summary>All scalars in this node; keys count as scalars.</summary>
    /// <param name="holds">Filters by text; null for all.</param>
    public IReadOnlyList<Scalar> Scalars(Func<string, bool>? holds = null)
    {
        var found = new List<Scalar>();
        Collect(this);
        return found;

        void Collect(Node node)
        {
            switch (node)
            {
                case Mapping mapping:
                    foreach (var entry in mapping.Entries)
                    {
                        Collect(entry.Value);
                        if (holds?.Invoke(entry.Key) ?? true)
                        {
                            found.Add(new Scalar(entry.Key) { Position = entry.KeyPosition, File = entry.Value.File });
                        }
                    }

                    break;
                case Sequence sequence:
                    foreach (var item in sequence.Items)
                    {
                        Collect(item);
                    }

                    break;
                case Scalar scalar when holds?.Invoke(scalar.Value) ?? true:
                    found.Add(scalar);
                    break;
            }
        }
    }

    /// <summary>
    /// A node that was parsed from the block text of an entry, with positions in the entry's file: the text begins on the line below its
    /// key, indented by two. A quoted text on the key's line gives all nodes its own position.
    /// </summary>
    public Node PlacedIn(Entry block) =>
        Moved(block.Value.File, block.Value is not Scalar { IsBlock: false } text || text.Value.Contains('\n')
            ? position => new Position(position.Line + block.KeyPosition.Line, position.Column + block.KeyPosition.Column + 1)
            : _ => block.KeyPosition);

    private Node Moved(string file, Func<Position, Position> move) => this switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select(entry =>
            entry with { KeyPosition = move(entry.KeyPosition), Value = entry.Value.Moved(file, move) }))
        {
            Position = move(Position),
            File = file,
        },
        Sequence sequence => new Sequence([.. sequence.Items.Select(item => item.Moved(file, move))])
        {
            Position = move(Position),
            File = file
        },
        _ => this with { Position = move(Position), File = file },
    };
}

/// <summary>A scalar as text.</summary>
/// <param name="Value">The text without quotes.</param>
public sealed record Scalar(string Value) : Node
{
    /// <summary>An explicit null, with which Helm removes a chart's default.</summary>
    public static readonly Scalar Null = new("null");

    /// <summary>The text of a node; null for another kind of node.</summary>
    public static string? TextOf(Node? node) => (node as Scalar)?.Value;

    /// <summary>True if a reader must get a string: the writer quotes it if it would be a number, a boolean or null.</summary>
    public bool IsText { get; init; }

    /// <summary>True for a block scalar that was read from a file.</summary>
    public bool IsBlock { get; init; }

    /// <summary>True if Kubernetes reads it as a string.</summary>
    public bool IsString => IsText || PlainScalars.IsText(Value);

    public bool IsNull => !IsText && PlainScalars.Resolve(Value) == PlainType.Null;

    /// <summary>An unquoted Flux variable <c>${NAME}</c>, so that the substituted text decides the type.</summary>
    public static Scalar Variable(string name) => new("${" + name + "}");
}

/// <summary>A YAML sequence.</summary>
public sealed record Sequence(ImmutableArray<Node> Items) : Node
{
    public static Sequence Of(params IEnumerable<Node> items) => new([.. items]);
}

/// <summary>Replaces a refused value, for example one with a custom tag; it already has a finding.</summary>
public sealed record Unread : Node;

/// <summary>The line and column of a node in its file, from 1 as in editors.</summary>
public readonly record struct Position(int Line, int Column)
{
    /// <summary>The position of a node that the generator made.</summary>
    public static readonly Position None = new(0, 0);

    public override string ToString() => $"{Line}:{Column}";
}
