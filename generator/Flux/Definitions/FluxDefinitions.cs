using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Flux.Definitions;

/// <summary>What the objects of Flux take in each of its releases: the data file beside this one.</summary>
public static class FluxDefinitions
{
    internal const string OneOf = "one of ";

    private static readonly Lazy<ImmutableDictionary<string, Node>> Data = new(Read);
    private static readonly ConcurrentDictionary<(string Kind, SemVer Flux), ObjectShape?> Made = new();

    /// <summary>The newest release whose definitions are known, without its patch.</summary>
    public static SemVer Newest => SemVer.Parse(((Scalar)Data.Value[NewestKey]).Value);

    /// <summary>True for a later minor: what it has is not known.</summary>
    public static bool IsLater(SemVer flux) => (flux.Major, flux.Minor).CompareTo((Newest.Major, Newest.Minor)) > 0;

    /// <summary>The kinds of the data file, each with its apiVersion behind it.</summary>
    internal static IEnumerable<string> Kinds => Data.Value.Keys.Where(key => key is not (NewestKey or ReadKey));

    /// <summary>The day on which the data was read from its sources.</summary>
    public static string ReadOn => ((Scalar)Data.Value[ReadKey]).Value;

    internal const string NewestKey = "newest";

    internal const string ReadKey = "read";

    /// <summary>The shape of an object; null for a kind or version that the data file does not have.</summary>
    /// <param name="apiVersion">With its group.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="flux">The release of the cluster.</param>
    public static ObjectShape? Of(string apiVersion, string kind, SemVer flux) => Made.GetOrAdd(
        ($"{kind} {apiVersion}", flux),
        key => Data.Value.GetValueOrDefault(key.Kind) is not { } spec ? null : ValueShapes.Of(
            ("apiVersion", ValueShapes.Anything), ("kind", ValueShapes.Anything), ("metadata", ValueShapes.Anything),
            ("status", ValueShapes.Anything), ("spec", ShapeOf(spec, key.Flux))));

    private static Shape ShapeOf(Node node, SemVer flux) => node switch
    {
        Scalar { Value: "text" } => ValueShapes.Text,
        Scalar { Value: "boolean" } => ValueShapes.Switch,
        Scalar { Value: "integer" } => ValueShapes.Whole,
        Scalar { Value: "labels" } => ValueShapes.Texts,
        Scalar { Value: "any" } => ValueShapes.Anything,
        Scalar { Value: var words } when words.StartsWith(OneOf, StringComparison.Ordinal) => new ChoiceShape(
            [.. words[OneOf.Length..].Split(", ").Select(VersionRange.Of).Where(word => word.Includes(flux)).Select(word => word.Name)]),
        Sequence { Items: [var item] } => new ListShape(ShapeOf(item, flux)),
        Mapping mapping => new ObjectShape([.. from entry in mapping.Entries
                                               let range = VersionRange.Of(entry.Key)
                                               where range.Includes(flux)
                                               select new Key(range.Name, ShapeOf(entry.Value, flux))]),
        _ => throw new InvalidDataException($"Line {node.Position.Line} of the definitions of Flux is not a type."),
    };

    private static ImmutableDictionary<string, Node> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Flux.definitions.yaml")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return CoreDnsChart.ReadText("definitions.yaml", bytes.ToArray()).Entries
            .ToImmutableDictionary(entry => entry.Key, entry => entry.Value);
    }
}
