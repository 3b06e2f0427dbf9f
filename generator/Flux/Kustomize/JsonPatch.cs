namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// RFC 6902 operations on a Kubernetes object, with kustomize's differences: "replace" adds a missing key, an operation without a value has
/// the value null, and a missing key equals null.
/// </summary>
internal static class JsonPatch
{
    /// <summary>Applies the operations in order.</summary>
    /// <param name="target">The object.</param>
    /// <param name="operations">The list.</param>
    /// <param name="added">Called for a "replace" of a missing key, with the existing keys of its mapping.</param>
    /// <exception cref="FormatException">An operation is unknown or its path does not exist.</exception>
    public static Mapping Apply(Mapping target, Sequence operations, Action<Mapping, IEnumerable<string>>? added = null)
    {
        Node result = target;
        foreach (var operation in operations.Items.OfType<Mapping>())
        {
            var (name, path) = (operation.TextAt("op"), operation.TextAt("path")
                ?? throw new FormatException("a JSON patch operation has no path"));
            var tokens = Tokens(path);
            var value = operation["value"] ?? Scalar.Null;
            if (name == "replace" && Beside(Annotated(result, tokens), tokens) is { } keys)
            {
                added?.Invoke(operation, keys);
            }

            result = name switch
            {
                "add" or "replace" => Change(Annotated(result, tokens), tokens, path, name, value),
                "test" => Holds(Tested(result, tokens, path, value), value) ? result
                    : throw new FormatException($"the test of {path} fails"),
                "remove" => Change(result, tokens, path, name, null),
                "copy" => Change(result, tokens, path, "add", From(result, operation)),
                "move" => Change(Change(result, Tokens(operation.TextAt("from") ?? ""), operation.TextAt("from") ?? "", "remove", null),
                    tokens, path, "add", From(result, operation)),
                _ => throw new FormatException(
                    $"the JSON patch operation '{name}' is not one of add, replace, remove, move, copy and test"),
            };
        }

        return result as Mapping ?? throw new FormatException("a JSON patch replaced the whole object");
    }

    /// <summary>The keys of the mapping that lacks the last key of a path; null if it has the key, or does not exist.</summary>
    private static IEnumerable<string>? Beside(Node node, string[] tokens)
    {
        foreach (var token in tokens.SkipLast(1))
        {
            switch (node)
            {
                case Mapping mapping when mapping[token] is { } child:
                    node = child;
                    break;
                case Sequence sequence when Index(token, sequence, isAdded: false) is { } index && index < sequence.Items.Length:
                    node = sequence.Items[index];
                    break;
                default:
                    return null;
            }
        }

        return tokens is [.., var last] && node is Mapping parent && parent[last] is null
            ? parent.Entries.Select(entry => entry.Key) : null;
    }

    /// <summary>
    /// kustomize adds internal annotations to each object during a build, so a patch can add one even if the file has none.
    /// </summary>
    private static Node Annotated(Node node, string[] tokens) =>
        tokens is ["metadata", "annotations", _] && node is Mapping mapping && mapping["metadata"] is Mapping metadata
            && metadata["annotations"] is null
            ? mapping.Set("metadata", metadata.Set("annotations", new Mapping()))
            : node;

    private static Node Tested(Node node, string[] tokens, string path, Node wanted) =>
        wanted is Scalar { IsNull: true } && tokens is [.. var parent, var last]
            && Find(node, parent, path) is Mapping mapping && mapping[last] is null
            ? Scalar.Null
            : Find(node, tokens, path);

    private static Node From(Node result, Mapping operation) => operation.TextAt("from") is { } from ? Find(result, Tokens(from), from)
        : throw new FormatException($"'{operation.TextAt("op")}' has no from");

    private static Node Find(Node node, ReadOnlySpan<string> tokens, string path) => tokens.IsEmpty ? node : node switch
    {
        Mapping mapping when mapping[tokens[0]] is { } child => Find(child, tokens[1..], path),
        Sequence sequence when Index(tokens[0], sequence, isAdded: false) is { } index && index < sequence.Items.Length
            => Find(sequence.Items[index], tokens[1..], path),
        _ => throw Missing(path),
    };

    private static bool Holds(Node found, Node wanted) => (found, wanted) switch
    {
        (Mapping one, Mapping two) => one.Entries.Length == two.Entries.Length
            && one.All(entry => two[entry.Key] is { } other && Holds(entry.Value, other)),
        (Sequence one, Sequence two) => one.Items.Length == two.Items.Length
            && one.Items.Zip(two.Items).All(pair => Holds(pair.First, pair.Second)),
        (Scalar one, Scalar two) => one.IsString == two.IsString
            && (one.IsString ? one.Value == two.Value : PlainScalars.Canonical(one.Value) == PlainScalars.Canonical(two.Value)),
        _ => false,
    };

    /// <summary>kustomize's library counts negative indexes from the end; "add" at -1 inserts before the last item.</summary>
    private static int? Index(string token, Sequence sequence, bool isAdded) =>
        int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            && (index < 0 ? index + sequence.Items.Length + (isAdded ? 1 : 0) : index) is var at and >= 0
            && at <= sequence.Items.Length ? at : null;

    // RFC 6901: ~1 is a slash and ~0 is a tilde, in this order.
    private static string[] Tokens(string path) =>
        [.. path.Split('/').Skip(1).Select(token => token.Replace("~1", "/")
            .Replace("~0", "~"))];

    private static Node Change(Node node, ReadOnlySpan<string> tokens, string path, string operation, Node? value)
    {
        if (tokens.IsEmpty)
        {
            return value ?? throw new FormatException("a JSON patch removes the whole object");
        }

        var token = tokens[0];
        var rest = tokens[1..];
        switch (node)
        {
            case Mapping mapping when rest.IsEmpty:
                return operation is "add" or "replace" || mapping[token] is not null
                    ? value is null ? mapping.Without(token) : mapping.Set(token, value)
                    : throw Missing(path);
            case Mapping mapping when mapping[token] is { } child:
                return mapping.Set(token, Change(child, rest, path, operation, value));
            case Sequence sequence when token == "-" && rest.IsEmpty && operation == "add":
                return sequence with { Items = sequence.Items.Add(value!) };
            case Sequence sequence when Index(token, sequence, isAdded: rest.IsEmpty && operation == "add") is { } index:
                return sequence with { Items = ChangeItem(sequence, index, rest, path, operation, value) };
            default:
                throw Missing(path);
        }
    }

    private static ImmutableArray<Node> ChangeItem(
        Sequence sequence, int index, ReadOnlySpan<string> rest, string path, string operation, Node? value)
    {
        if (rest.IsEmpty && operation == "add")
        {
            return sequence.Items.Insert(index, value!);
        }

        if (index == sequence.Items.Length)
        {
            throw Missing(path);
        }

        return rest.IsEmpty && value is null
            ? sequence.Items.RemoveAt(index)
            : sequence.Items.SetItem(index, Change(sequence.Items[index], rest, path, operation, value));
    }

    private static FormatException Missing(string path) => new($"a JSON patch path does not exist: {path}");
}
