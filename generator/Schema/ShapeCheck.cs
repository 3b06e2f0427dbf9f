namespace PlatformGitOps.Generator.Schema;

public enum ShapeProblemKind
{
    /// <summary>The value was refused when the file was read, and already has a finding.</summary>
    Unread,
    Empty,
    UnknownKey,
    MissingKey,
    WrongType,
    UnknownWord,
    Range,
    Form,
    Count,
    Duplicate,
}

/// <summary>A value that does not have its shape.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Node">The value; for a missing key, the mapping that lacks it.</param>
/// <param name="Position">The value's position; for an unknown key, the key's position.</param>
/// <param name="Path">From the top, for example <c>clusters[0].network.pods</c>.</param>
/// <param name="Shape">The expected shape; for an unknown or missing key, the shape of the mapping.</param>
public sealed record ShapeProblem(ShapeProblemKind Kind, Node Node, Position Position, string Path, Shape Shape)
{
    /// <summary>For <see cref="ShapeProblemKind.Form"/>, and for a number below a minimum that has its own rule.</summary>
    public Fault? Fault { get; init; }

    /// <summary>The position of the first of two equal entries.</summary>
    public Position First { get; init; }

    /// <summary>The expected value in words; null for an unknown key.</summary>
    public string? Expected => Kind == ShapeProblemKind.UnknownKey ? null : Shape switch
    {
        LeafShape leaf => leaf.Expected,
        SwitchShape => "true or false",
        ListShape => "a list",
        _ => "a mapping",
    };

    /// <summary>The unknown or the missing key.</summary>
    public string Key { get; init; } = "";

    /// <summary>The key of this value, or the unknown or missing key.</summary>
    public required string Name { get; init; }

    /// <summary>The path of the mapping with the unknown or missing key; keys can contain dots.</summary>
    public string Around => Path.Length == Key.Length ? "" : Path[..^(Key.Length + 1)];

    /// <summary>The known keys of the mapping with an unknown one.</summary>
    public IEnumerable<string> Siblings => Shape is ObjectShape keys ? keys.Keys.Select(key => key.Name) : [];
}

/// <summary>Checks nodes against a shape.</summary>
public sealed class ShapeCheck
{
    // Nodes that were found valid, and their shapes.
    private static readonly NodeFact<Shape> Right = new();

    private readonly List<ShapeProblem> problems = [];
    private string name = "";

    private ShapeCheck()
    {
    }

    /// <summary>All problems of a node and its descendants.</summary>
    public static IReadOnlyList<ShapeProblem> Check(Node node, Shape shape, string path = "")
    {
        var check = new ShapeCheck();
        check.Visit(node, shape, path);
        return check.problems;
    }

    /// <summary>Unknown keys and values of another type; null is allowed, since it removes a chart's default.</summary>
    public static IEnumerable<ShapeProblem> CheckValues(Node node, Shape shape, string path = "") =>
        Check(node, shape, path).Where(problem => problem.Kind is ShapeProblemKind.UnknownKey or ShapeProblemKind.WrongType);

    private void Visit(Node node, Shape shape, string path)
    {
        switch (shape, node)
        {
            case (_, Unread):
                Add(ShapeProblemKind.Unread, node, shape, path);
                break;
            case (AnyShape, _):
                break;
            case (_, Scalar scalar) when scalar.IsNull:
                Add(ShapeProblemKind.Empty, node, shape, path);
                break;
            case (ObjectShape keys, Mapping mapping):
                VisitKeys(mapping, keys, path);
                break;
            case (FreeShape free, Mapping mapping):
                VisitFree(mapping, free, path);
                break;
            case (ListShape list, Sequence sequence):
                VisitItems(sequence, list, path);
                break;
            case (LeafShape leaf, Scalar scalar) when leaf.Accepts(scalar):
            case (SwitchShape, Scalar { IsText: false, Value: "true" or "false" }):
                break;
            case (ChoiceShape choice, Scalar scalar):
                if (!choice.Words.Contains(scalar.Value))
                {
                    Add(ShapeProblemKind.UnknownWord, node, shape, path);
                }

                break;
            case (NumberShape number, Scalar scalar) when ScalarKind.IsWholeNumber(scalar):
                VisitNumber(scalar, number, path);
                break;
            case (TextShape text, Scalar scalar) when text.Check(scalar.Value) is { } fault:
                Add(ShapeProblemKind.Form, node, shape, path, fault);
                break;
            case (TextShape text, Scalar scalar) when scalar.IsString || (text.Numbers && ScalarKind.IsDecimal(scalar)):
                break;
            default:
                Add(ShapeProblemKind.WrongType, node, shape, path);
                break;
        }
    }

    private void VisitKeys(Mapping mapping, ObjectShape shape, string path)
    {
        foreach (var entry in mapping.Entries)
        {
            if (shape[entry.Key] is { } key)
            {
                VisitValue(entry, key.Shape, path);
            }
            else
            {
                problems.Add(new ShapeProblem(ShapeProblemKind.UnknownKey, entry.Value, entry.KeyPosition, Join(path, entry.Key),
                    shape)
                { Key = entry.Key, Name = entry.Key });
            }
        }

        foreach (var key in shape.Keys.Where(key => key.Required && mapping[key.Name] is null))
        {
            problems.Add(new ShapeProblem(ShapeProblemKind.MissingKey, mapping, mapping.Position, Join(path, key.Name),
                shape)
            { Key = key.Name, Name = key.Name });
        }
    }

    private void VisitFree(Mapping mapping, FreeShape shape, string path)
    {
        foreach (var entry in mapping.Entries)
        {
            if (shape.Form?.Check(entry.Key) is { } fault)
            {
                var key = new Scalar(entry.Key) { Position = entry.KeyPosition };
                problems.Add(new ShapeProblem(ShapeProblemKind.Form, key, key.Position, path, shape) { Fault = fault, Name = name });
            }

            VisitValue(entry, shape.Value, path);
        }
    }

    private void VisitValue(Entry entry, Shape shape, string path)
    {
        var isTop = path.Length == 0 && entry.Value is not Scalar;
        if (isTop && ReferenceEquals(Right.Known(entry.Value), shape))
        {
            return;
        }

        var (around, before) = (name, problems.Count);
        name = entry.Key;
        Visit(entry.Value, shape, Join(path, entry.Key));
        name = around;
        if (isTop && problems.Count == before)
        {
            Right.Keep(entry.Value, shape);
        }
    }

    private void VisitItems(Sequence sequence, ListShape shape, string path)
    {
        if (sequence.Items.Length < shape.Minimum || sequence.Items.Length > shape.Maximum)
        {
            Add(ShapeProblemKind.Count, sequence, shape, path);
        }

        var seen = new Dictionary<string, Position>(StringComparer.Ordinal);
        for (var index = 0; index < sequence.Items.Length; index++)
        {
            var (item, before) = (sequence.Items[index], problems.Count);
            var around = name;
            name = $"{around}[{index}]";
            Visit(item, shape.Item, $"{path}[{index}]");
            name = around;
            if (item is Scalar scalar && shape is { Repeats: false, Item: TextShape } && problems.Count == before
                && !seen.TryAdd(scalar.Value, item.Position))
            {
                problems.Add(new ShapeProblem(ShapeProblemKind.Duplicate, item, item.Position, $"{path}[{index}]", shape.Item)
                {
                    First = seen[scalar.Value],
                    Name = name,
                });
            }
        }
    }

    private void VisitNumber(Scalar scalar, NumberShape shape, string path)
    {
        var number = long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed
            : scalar.Value[0] == '-' ? long.MinValue : long.MaxValue;
        if (number < shape.Minimum || number > shape.Maximum)
        {
            Add(ShapeProblemKind.Range, scalar, shape, path, number < shape.Minimum ? shape.Below : null);
        }
    }

    private void Add(ShapeProblemKind kind, Node node, Shape shape, string path, Fault? fault = null) =>
        problems.Add(new ShapeProblem(kind, node, node.Position, path, shape) { Fault = fault, Name = name });

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
