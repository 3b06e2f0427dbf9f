using System.Collections.Concurrent;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint;

/// <summary>One cluster of the tree, as input for rules.</summary>
public sealed record ClusterView
{
    public required FluxCluster Cluster { get; init; }

    /// <summary>The releases of the coredns chart.</summary>
    public required ImmutableArray<CoreDnsRelease> Releases { get; init; }

    public required LintOptions Options { get; init; }

    public required TreeText Text { get; init; }

    internal SharedBuilds Shared => field ??= new SharedBuilds(this);

    public string Name => Cluster.Name;

    public ImmutableArray<Layer> Layers => Cluster.Layers;

    public ImmutableArray<Manifest> Applied => Cluster.Applied;

    public static ClusterView Of(FluxCluster cluster, LintOptions options, TreeText text) =>
        new() { Cluster = cluster, Releases = [.. CoreDnsRelease.In(cluster)], Options = options, Text = text };

    public Manifest? Find(string kind, string @namespace, string name) => Cluster.Find(kind, @namespace, name);
}

/// <summary>The lines of files, to find the column of a word in a long text.</summary>
public sealed class TreeText(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, string[]> lines = new(StringComparer.Ordinal);

    /// <summary>True if a manifest in one of these folders contains a word.</summary>
    public bool Has(IEnumerable<string> folders, string word) => folders.SelectMany(folder => tree.FilesBelow(folder)
            .Where(file => file.LastIndexOf('/') == folder.Length && file.EndsWith(".yaml", StringComparison.Ordinal)))
        .Any(file => LinesOf(file).Any(line => line.Contains(word)));

    private string[] LinesOf(string file) =>
        lines.GetOrAdd(file, name => tree.Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : []);

    /// <summary>The position of a word of a scalar.</summary>
    /// <param name="scalar">The scalar.</param>
    /// <param name="offset">The index of the word in the scalar's text.</param>
    /// <param name="word">The word, as written in the file.</param>
    public Position Place(Scalar scalar, int offset, string word)
    {
        // A block text begins on the line below its indicator; line breaks of a folded text differ from those of the file.
        var breaks = scalar.Value.AsSpan(0, offset).Count('\n');
        var first = scalar.Position.Line + breaks + (scalar.Value.Contains('\n') ? 1 : 0);
        var file = LinesOf(scalar.File);
        for (var line = Math.Max(first, 1); line <= file.Length; line++)
        {
            var from = line == scalar.Position.Line ? scalar.Position.Column - 1 : 0;
            if (from <= file[line - 1].Length && file[line - 1].IndexOf(word, from, StringComparison.Ordinal) is var found and >= 0)
            {
                return new Position(line, found + 1);
            }
        }

        return scalar.Position;
    }
}
