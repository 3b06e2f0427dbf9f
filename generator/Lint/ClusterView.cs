using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>What the tree itself does not contain.</summary>
public sealed record LintOptions
{
    /// <summary>The Flux release of the clusters that have none of their own.</summary>
    public required SemVer FluxVersion { get; init; }

    /// <summary>True if an unset variable fails a Flux Kustomization, false if it becomes an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>The Flux of clusters that pin another release.</summary>
    public ImmutableDictionary<string, FluxSettings> Pinned { get; init; } = ImmutableDictionary<string, FluxSettings>.Empty;

    /// <summary>Flux Kustomizations that are installed outside this repository, by cluster; dependsOn may name them.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<string>> Elsewhere { get; init; } =
        ImmutableDictionary<string, ImmutableHashSet<string>>.Empty;

    /// <summary>The ranges for Services, by cluster; empty where they are not known.</summary>
    public ImmutableDictionary<string, ImmutableArray<Cidr>> Services { get; init; } =
        ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty;

    /// <summary>The options of a definition.</summary>
    public static LintOptions Of(Platform platform) => new()
    {
        FluxVersion = platform.Flux.Version,
        StrictSubstitution = platform.Flux.StrictSubstitution,
        Pinned = platform.Clusters.Where(cluster => cluster.Pins.Flux is not null)
            .ToImmutableDictionary(cluster => cluster.Name.Text, cluster => platform.Flux.At(cluster.Pins.Flux!)),
        Services = platform.Clusters.ToImmutableDictionary(
            cluster => cluster.Name.Text,
            cluster => ClusterRange.Of(cluster).Where(range => range.Use == RangeUse.Services).Select(range => range.Addresses)
                .ToImmutableArray()),
        Elsewhere = platform.Clusters.ToImmutableDictionary(
            cluster => cluster.Name.Text,
            cluster => cluster.DependsOn.Select(name => name.Text).ToImmutableHashSet()),
    };

    /// <summary>The options with the Flux that one cluster runs.</summary>
    public LintOptions In(string cluster) => Pinned.GetValueOrDefault(cluster) is not { } own ? this
        : this with { FluxVersion = own.Version, StrictSubstitution = own.StrictSubstitution };
}

/// <summary>One cluster of the tree as rules see it.</summary>
public sealed record ClusterView
{
    public required FluxCluster Cluster { get; init; }

    /// <summary>The releases of the coredns chart.</summary>
    public required ImmutableArray<CoreDnsRelease> Releases { get; init; }

    public required LintOptions Options { get; init; }

    public required TreeText Text { get; init; }

    public string Name => Cluster.Name;

    public ImmutableArray<Layer> Layers => Cluster.Layers;

    public ImmutableArray<Manifest> Applied => Cluster.Applied;

    public static ClusterView Of(FluxCluster cluster, LintOptions options, TreeText text) =>
        new() { Cluster = cluster, Releases = [.. CoreDnsRelease.In(cluster)], Options = options, Text = text };

    public Manifest? Find(string kind, string @namespace, string name) => Cluster.Find(kind, @namespace, name);
}

/// <summary>The lines of the files, to find the column of a word inside of a long text.</summary>
public sealed class TreeText(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, string[]> lines = new(StringComparer.Ordinal);

    /// <summary>Whether a manifest of one of these folders has a word.</summary>
    public bool Has(IEnumerable<string> folders, string word) => folders.SelectMany(folder => tree.FilesBelow(folder)
            .Where(file => file.LastIndexOf('/') == folder.Length && file.EndsWith(".yaml", StringComparison.Ordinal)))
        .Any(file => LinesOf(file).Any(line => line.Contains(word, StringComparison.Ordinal)));

    private string[] LinesOf(string file) =>
        lines.GetOrAdd(file, name => tree.Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : []);

    /// <summary>The position of a word of a scalar.</summary>
    /// <param name="scalar">The scalar.</param>
    /// <param name="offset">Where the word begins in the scalar's text.</param>
    /// <param name="word">The word, as it is in the file.</param>
    public Position Place(Scalar scalar, int offset, string word)
    {
        // The text of a block begins on the line below its sign; line breaks of a folded text are not those of the file.
        var breaks = scalar.Value.AsSpan(0, offset).Count('\n');
        var first = scalar.Position.Line + breaks + (scalar.Value.Contains('\n', StringComparison.Ordinal) ? 1 : 0);
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

/// <summary>Findings at nodes, which have their files.</summary>
internal static class Report
{
    public static Finding At(Node node, string rule, string message, string fix) => At(node, node.Position, rule, message, fix);

    /// <summary>At the key of an entry.</summary>
    public static Finding At(Entry entry, string rule, string message, string fix) =>
        At(entry.Value, entry.KeyPosition, rule, message, fix);

    public static Finding At(Node node, Position position, string rule, string message, string fix) =>
        new() { Rule = rule, File = node.File, Position = position, Message = message, Fix = fix };

    /// <summary>At a path of an object, or at the nearest key above it that the object has.</summary>
    public static Finding At(Manifest resource, ReadOnlySpan<string> path, string rule, string message, string fix) =>
        At(resource.Body, resource.File, path, rule, message, fix);

    public static Finding At(Mapping body, string fallbackFile, ReadOnlySpan<string> path, string rule, string message, string fix)
    {
        Node node = body;
        var position = node.Position;
        foreach (var key in path)
        {
            if ((node as Mapping)?.Entries.FirstOrDefault(entry => entry.Key == key) is not { } entry)
            {
                break;
            }

            // A key that a patch added only has the position of its value.
            (node, position) = (entry.Value, entry.KeyPosition == Position.None ? entry.Value.Position : entry.KeyPosition);
        }

        var file = node.File.Length > 0 ? node.File : fallbackFile;
        return new Finding { Rule = rule, File = file, Position = position, Message = message, Fix = fix };
    }
}
