using System.Diagnostics.CodeAnalysis;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>A YAML value, read from a file (then it has a position) or made by the generator. Nodes are never changed, only
/// copied.</summary>
public abstract record Node
{
    private NodeFacts facts;

    protected Node()
    {
    }

    /// <summary>A copy is another node: what was found out about the first one does not hold for it.</summary>
    protected Node(Node original) => (Position, File) = (original.Position, original.File);

    /// <summary>What was found out about this node.</summary>
    internal ref NodeFacts Facts => ref facts;

    public Position Position { get; init; } = Position.None;

    /// <summary>The file that it was read from, kept through merges; empty if the generator made it.</summary>
    public string File { get; init; } = "";

    /// <summary>A null text is not a node, which leaves its key out of a mapping.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Node?(string? text) => text is null ? null : new Scalar(text) { IsText = true };

    public static implicit operator Node(int number) => new Scalar(number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator Node(bool value) => new Scalar(value ? "true" : "false");

    /// <summary>True for two nodes that are written alike, wherever they come from, and for two that are missing.</summary>
    public static bool Same(Node? one, Node? other) => one is null || other is null ? one is null && other is null
        : YamlWriter.WriteFragment(one) == YamlWriter.WriteFragment(other);

    /// <summary>Every scalar below this node, and every key as one.</summary>
    /// <param name="holds">Of which texts; all where null.</param>
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
    /// The node, read from the block text of an entry, with the positions of the entry's file: the text begins on the line below its key,
    /// two columns further in. A text of one line may be quoted beside its key, which then is the place of all.
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
    /// <summary>An explicit null: Helm removes a chart's default value where it finds one.</summary>
    public static readonly Scalar Null = new("null");

    /// <summary>The text of a node; null for another kind of node.</summary>
    public static string? TextOf(Node? node) => (node as Scalar)?.Value;

    /// <summary>True if a reader must get a string: it is quoted where a plain scalar would be a number, a boolean or null.</summary>
    public bool IsText { get; init; }

    /// <summary>True for a text that began on the line below its key when it was read.</summary>
    public bool IsBlock { get; init; }

    /// <summary>The text in the file where kustomize makes another one of it: 2024-01-01 of a date; null elsewhere.</summary>
    public string? Written { get; init; }

    /// <summary>True where Kubernetes takes it for a string.</summary>
    public bool IsString => IsText || PlainScalars.IsText(Value);

    public bool IsNull => !IsText && PlainScalars.Resolve(Value) == PlainType.Null;

    /// <summary>A Flux substitution without quotes, so that the substituted text decides the type: <c>${NAME}</c>.</summary>
    public static Scalar Variable(string name) => new("${" + name + "}");
}

/// <summary>A YAML sequence.</summary>
public sealed record Sequence(ImmutableArray<Node> Items) : Node
{
    public static Sequence Of(params IEnumerable<Node> items) => new([.. items]);
}

/// <summary>Replaces a value that was refused, for example a custom tag: it has a finding already.</summary>
public sealed record Unread : Node;

/// <summary>Where a node begins in its file; both counts start at 1, as editors show them.</summary>
public readonly record struct Position(int Line, int Column)
{
    /// <summary>The position of a node that the generator made.</summary>
    public static readonly Position None = new(0, 0);

    public override string ToString() => $"{Line}:{Column}";
}
