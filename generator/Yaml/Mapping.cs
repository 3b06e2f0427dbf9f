using System.Collections;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// A YAML mapping that keeps the order of its keys. A collection initializer looks like the YAML that it writes; a null value omits the
/// key.
/// </summary>
public sealed record Mapping : Node, IEnumerable<Entry>
{
    public ImmutableArray<Entry> Entries { get; private set; } = [];

    public Mapping()
    {
    }

    public Mapping(IEnumerable<Entry> entries) => Entries = [.. entries];

    public Mapping(ImmutableArray<Entry> entries) => Entries = entries;

    /// <summary>The value of <paramref name="key"/>, or null when it is missing.</summary>
    public Node? this[string key] => IndexOf(key) is var at and >= 0 ? Entries[at].Value : null;

    /// <summary>For collection initializers only.</summary>
    public void Add(string key, Node? value, string? comment = null)
    {
        if (value is not null)
        {
            Entries = Entries.Add(new Entry(key, value) { Comment = comment });
        }
    }

    /// <summary>The node at a path of keys, or null if a key is missing.</summary>
    public Node? At(params ReadOnlySpan<string> path)
    {
        Node? node = this;
        foreach (var key in path)
        {
            node = (node as Mapping)?[key];
        }

        return node;
    }

    /// <summary>The position of the last key of a path; if it is missing, of the mapping.</summary>
    public Position PositionOf(params ReadOnlySpan<string> path) => path.Length > 1
        ? (this[path[0]] as Mapping)?.PositionOf(path[1..]) ?? Position
        : IndexOf(path[0]) is var at and >= 0 ? Entries[at].KeyPosition : Position;

    /// <summary>The text of the scalar at a path of keys, or null.</summary>
    public string? TextAt(params ReadOnlySpan<string> path) => (At(path) as Scalar)?.Value;

    /// <summary>The items of the sequence at a path of keys; empty if it is missing.</summary>
    public ImmutableArray<Node> ItemsAt(params ReadOnlySpan<string> path) => (At(path) as Sequence)?.Items ?? [];

    /// <summary>The mappings in the sequence at a path of keys.</summary>
    public IEnumerable<Mapping> MappingsAt(params ReadOnlySpan<string> path) => ItemsAt(path).OfType<Mapping>();

    /// <summary>The entries of the mapping at a path of keys; empty if it is missing.</summary>
    public ImmutableArray<Entry> EntriesAt(params ReadOnlySpan<string> path) => (At(path) as Mapping)?.Entries ?? [];

    /// <summary>A copy with a key set, at its old index or at the end. The key's position is that of the value.</summary>
    public Mapping Set(string key, Node value) => Set(new Entry(key, value) { KeyPosition = value.Position });

    /// <summary>The same, with the position of the key.</summary>
    public Mapping Set(Entry entry) => this with
    {
        Entries = IndexOf(entry.Key) is not (var at and >= 0) ? Entries.Add(entry)
            : Entries.SetItem(at, Entries[at] with
            {
                Value = entry.Value,
                KeyPosition = entry.Value.File.Length == 0 || entry.Value.File == Entries[at].Value.File ? Entries[at].KeyPosition
                    : entry.KeyPosition,
            }),
    };

    /// <summary>A copy without a key.</summary>
    public Mapping Without(string key) => IndexOf(key) is var at and >= 0 ? this with { Entries = Entries.RemoveAt(at) } : this;

    /// <summary>A copy with a value set at a path of keys; missing mappings are created.</summary>
    public Mapping SetAt(ReadOnlySpan<string> path, Node value) => path.Length == 1
        ? Set(path[0], value)
        : Set(path[0], (this[path[0]] as Mapping ?? []).SetAt(path[1..], value));

    public IEnumerator<Entry> GetEnumerator() => Entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string key)
    {
        for (var index = 0; index < Entries.Length; index++)
        {
            if (Entries[index].Key == key)
            {
                return index;
            }
        }

        return -1;
    }
}

/// <summary>One key of a mapping with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="Value">What the key holds.</param>
public sealed record Entry(string Key, Node Value)
{
    /// <summary>The position of the key.</summary>
    public Position KeyPosition { get; init; } = Position.None;

    /// <summary>A comment line above the key, without the <c>#</c>; null for none.</summary>
    public string? Comment { get; init; }
}
