namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>A path such as <c>spec.containers.[name=web].args.0</c> (kustomize, kyaml/utils and kyaml/yaml/match.go).</summary>
internal static class FieldPath
{
    /// <summary>The parts of a path; a dot inside of a part is written <c>\.</c> or is in brackets.</summary>
    public static string[] Split(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.TrimStart('.').Split('.'))
        {
            if (parts is [.., var last] && (last.EndsWith('\\') || (last.StartsWith('[') && !last.EndsWith(']'))))
            {
                parts[^1] = $"{(last.EndsWith('\\') ? last[..^1] : last)}.{part}";
            }
            else
            {
                parts.Add(part);
            }
        }

        return
        [
            .. parts.Select(part => part.StartsWith('[') && !part.Contains('=') ? part.Trim('[', ']') : part),
        ];
    }

    /// <summary>The node at a path, or null.</summary>
    public static Node? Find(Node? node, ReadOnlySpan<string> path) => path.IsEmpty ? node : node switch
    {
        Mapping mapping => Find(mapping[path[0]], path[1..]),
        Sequence sequence when Condition(path[0]) is var (key, value) =>
            Find(sequence.Items.FirstOrDefault(item => TextOf(item, key) == value), path[1..]),
        Sequence sequence when Index(path[0]) is { } index => Find(sequence.Items.ElementAtOrDefault(index), path[1..]),
        _ => null,
    };

    /// <summary>Sets every node at a path.</summary>
    /// <param name="node">The root of the path.</param>
    /// <param name="path">The parts; <c>*</c> is every item, and the value of <c>[key=value]</c> a regular expression.</param>
    /// <param name="isCreated">True to create missing nodes.</param>
    /// <param name="set">Returns the new node; it gets the old one, or null for a created one.</param>
    /// <exception cref="FormatException">The path does not fit the node.</exception>
    /// <exception cref="NotSupportedException">The path continues inside of a text.</exception>
    public static Node Set(Node node, ReadOnlySpan<string> path, bool isCreated, Func<Node?, Node> set)
    {
        if (path.IsEmpty)
        {
            return set(node);
        }

        var part = path[0];
        var rest = path[1..];
        switch (node)
        {
            case Mapping mapping when mapping[part] is { } child and not Scalar { IsNull: true }:
                return mapping.Set(part, Set(child, rest, isCreated, set));
            case Mapping mapping:
                return !isCreated ? mapping : mapping.Set(part, rest.IsEmpty ? set(null) : Set(Empty(rest[0]), rest, isCreated, set));
            case Sequence sequence when part == "*":
                return At(sequence, Enumerable.Range(0, sequence.Items.Length), rest, isCreated, set);
            case Sequence sequence when Condition(part) is var (key, value):
                var pattern = GoRegex.Create(value) ?? throw new FormatException($"'{value}' is not a regular expression");
                var found = Enumerable.Range(0, sequence.Items.Length)
                    .Where(index => TextOf(sequence.Items[index], key) is { } text && pattern.IsMatch(text)).ToArray();
                return found.Length > 0 || !isCreated ? At(sequence, found, rest, isCreated, set)
                    : sequence with
                    {
                        Items = sequence.Items.Add(Set(key.Length == 0 ? new Scalar(value) : new Mapping { { key, value } },
                        rest, isCreated, set))
                    };
            case Sequence sequence when Index(part) is { } index:
                return index < sequence.Items.Length ? At(sequence, [index], rest, isCreated, set)
                    : index == sequence.Items.Length && isCreated
                        ? sequence with { Items = sequence.Items.Add(rest.IsEmpty ? set(null) : Set(Empty(rest[0]), rest, isCreated, set)) }
                    : throw new FormatException($"index {index} is behind the end of a list of {sequence.Items.Length}");
            case Scalar { IsNull: false }:
                throw new NotSupportedException($"A replacement inside of the text before '{part}'");
            default:
                throw new FormatException($"'{part}' does not fit a {(node is Sequence ? "list" : "mapping")}");
        }
    }

    /// <summary>Changes the nodes at a path of keys; in a list the path continues in each item.</summary>
    public static Node Change(Node node, ReadOnlySpan<string> keys, Func<Node, Node> change)
    {
        switch (node)
        {
            case Sequence sequence:
                var items = sequence.Items;
                for (var index = 0; index < items.Length; index++)
                {
                    items = items.SetItem(index, Change(items[index], keys, change));
                }

                return sequence with { Items = items };
            case Mapping mapping when !keys.IsEmpty:
                return mapping[keys[0]] is { } child ? mapping.Set(keys[0], Change(child, keys[1..], change)) : mapping;
            default:
                return keys.IsEmpty ? change(node) : node;
        }
    }

    private static Sequence At(
        Sequence sequence, IEnumerable<int> indexes, ReadOnlySpan<string> rest, bool isCreated, Func<Node?, Node> set)
    {
        var items = sequence.Items;
        foreach (var index in indexes)
        {
            items = items.SetItem(index, Set(items[index], rest, isCreated, set));
        }

        return sequence with { Items = items };
    }

    private static Node Empty(string next) => Condition(next) is not null || Index(next) is not null ? new Sequence([]) : new Mapping();

    private static (string Key, string Value)? Condition(string part) =>
        part.StartsWith('[') && part.EndsWith(']') && part.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? (part[1..at], part[(at + 1)..^1]) : null;

    private static int? Index(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static string? TextOf(Node item, string key) => key.Length == 0 ? (item as Scalar)?.Value : (item as Mapping)?.TextAt(key);
}
