using System.Collections;
using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// A YAML mapping that keeps the order of its keys. As a collection initializer it reads like the YAML that it becomes;
/// a null value leaves the key out.
/// </summary>
public sealed record Mapping : Node, IEnumerable<Entry>
{
    public ImmutableArray<Entry> Entries { get; private set; } = [];

    public Mapping()
    {
    }

    public Mapping(IEnumerable<Entry> entries) => Entries = [.. entries];

    /// <summary>The value of <paramref name="key"/>, or null when it is missing.</summary>
    public Node? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    /// <summary>For collection initializers only.</summary>
    public void Add(string key, Node? value, string? comment = null)
    {
        if (value is not null)
        {
            Entries = Entries.Add(new Entry(key, value) { Comment = comment });
        }
    }

    /// <summary>The node at a path of keys, or null as soon as one is missing.</summary>
    public Node? At(params ReadOnlySpan<string> path)
    {
        Node? node = this;
        foreach (var key in path)
        {
            node = (node as Mapping)?[key];
        }

        return node;
    }

    /// <summary>The text of the scalar at a path of keys, or null.</summary>
    public string? TextAt(params ReadOnlySpan<string> path) => (At(path) as Scalar)?.Value;

    public IEnumerator<Entry> GetEnumerator() => Entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
