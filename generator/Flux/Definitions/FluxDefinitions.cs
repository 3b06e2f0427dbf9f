using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux.Definitions;

/// <summary>The fields of Flux's objects in each release, from the data file next to this one.</summary>
public static class FluxDefinitions
{
    internal const string OneOf = "one of ";

    private static readonly Lazy<ImmutableDictionary<string, Node>> Data = new(Read);
    private static readonly ConcurrentDictionary<(string Kind, SemVer Flux), ObjectShape?> Made = new();

    /// <summary>The newest known release, without its patch number.</summary>
    public static SemVer Newest => SemVer.Parse(((Scalar)Data.Value[NewestKey]).Value);

    /// <summary>True for a later minor release, whose fields are unknown.</summary>
    public static bool IsLater(SemVer flux) => (flux.Major, flux.Minor).CompareTo((Newest.Major, Newest.Minor)) > 0;

    /// <summary>The kinds in the data file, each followed by its apiVersion.</summary>
    internal static IEnumerable<string> Kinds => Data.Value.Keys.Where(key => key is not (NewestKey or ReadKey));

    /// <summary>The date on which the data was read from its sources.</summary>
    public static string ReadOn => ((Scalar)Data.Value[ReadKey]).Value;

    internal const string NewestKey = "newest";

    internal const string ReadKey = "read";

    /// <summary>The shape of an object; null if the data file lacks the kind or version.</summary>
    /// <param name="apiVersion">Group and version.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="flux">The Flux release of the cluster.</param>
    public static ObjectShape? Of(string apiVersion, string kind, SemVer flux) => Made.GetOrAdd(
        ($"{kind} {apiVersion}", flux),
        key => Data.Value.GetValueOrDefault(key.Kind) is not { } spec ? null : ValueShapes.Of(
            ("apiVersion", ValueShapes.Anything), ("kind", ValueShapes.Anything), ("metadata", ValueShapes.Anything),
            ("status", ValueShapes.Anything), ("spec", ShapeOf(spec, key.Flux))));

    /// <summary>The shape that a node of such a data file describes.</summary>
    internal static Shape ShapeOf(Node node, SemVer flux) => node switch
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

    private static ImmutableDictionary<string, Node> Read() => DataFile.Read("Flux.definitions.yaml").Entries
        .ToImmutableDictionary(entry => entry.Key, entry => entry.Value);
}

/// <summary>
/// The API versions that a Flux release serves (its CRDs and release notes). 2.7 removed the first betas (flux2#5474), 2.8 the second ones
/// (flux2#5711) except those of notifications and images, which 2.9 removed.
/// </summary>
internal static class FluxApiVersions
{
    private const string Kustomize = "kustomize.toolkit.fluxcd.io";
    private const string Helm = "helm.toolkit.fluxcd.io";
    private const string Sources = "source.toolkit.fluxcd.io";
    private const string Notifications = "notification.toolkit.fluxcd.io";
    private const string Images = "image.toolkit.fluxcd.io";

    private static readonly SemVer FirstBetasGone = new(2, 7, 0);
    private static readonly SemVer SecondBetasGone = new(2, 8, 0);
    private static readonly SemVer LastBetasGone = new(2, 9, 0);
    private static readonly SemVer FirstOfAll = new(0, 9, 0);

    private static readonly (string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)[] Table =
    [
        (Kustomize, ["Kustomization"], "v1", new SemVer(2, 0, 0), null),
        (Kustomize, ["Kustomization"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        (Kustomize, ["Kustomization"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Helm, ["HelmRelease"], "v2", new SemVer(2, 3, 0), null),
        (Helm, ["HelmRelease"], "v2beta2", new SemVer(2, 2, 0), SecondBetasGone),
        (Helm, ["HelmRelease"], "v2beta1", FirstOfAll, FirstBetasGone),
        (Sources, ["GitRepository"], "v1", new SemVer(2, 0, 0), null),
        (Sources, ["HelmRepository", "HelmChart"], "v1", new SemVer(2, 3, 0), null),
        (Sources, ["Bucket"], "v1", new SemVer(2, 4, 0), null),
        (Sources, ["OCIRepository"], "v1", new SemVer(2, 6, 0), null),
        (Sources, ["GitRepository", "HelmRepository", "HelmChart", "Bucket", "OCIRepository"], "v1beta2", new SemVer(0, 26, 0),
            SecondBetasGone),
        (Sources, ["GitRepository", "HelmRepository", "HelmChart", "Bucket"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Notifications, ["Receiver"], "v1", new SemVer(2, 0, 0), null),
        (Notifications, ["Alert", "Provider"], "v1beta3", new SemVer(2, 2, 0), null),
        (Notifications, ["Alert", "Provider", "Receiver"], "v1beta2", new SemVer(0, 38, 0), LastBetasGone),
        (Notifications, ["Alert", "Provider", "Receiver"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Images, ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], "v1", new SemVer(2, 7, 0), null),
        (Images, ["ImageRepository", "ImagePolicy"], "v1beta2", new SemVer(0, 40, 0), LastBetasGone),
        (Images, ["ImageUpdateAutomation"], "v1beta2", new SemVer(2, 3, 0), LastBetasGone),
        (Images, ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], "v1beta1", FirstOfAll, FirstBetasGone),
    ];

    /// <summary>True for a kind in this table.</summary>
    public static bool IsFlux(string group, string kind) => Table.Any(row => row.Group == group && row.Kinds.Contains(kind));

    /// <summary>The versions of a kind that a Flux release serves, the preferred one first.</summary>
    public static IEnumerable<string> Served(string group, string kind, SemVer flux) =>
        Of(group, kind).Where(row => flux >= row.From && (row.Until is null || flux < row.Until)).Select(row => row.Version);

    /// <summary>True if a release does not serve a version. A release newer than the data may serve an unknown version.</summary>
    public static bool Lacks(string group, string kind, string version, SemVer flux) =>
        IsFlux(group, kind) && !Served(group, kind, flux).Contains(version)
        && (!FluxDefinitions.IsLater(flux) || Of(group, kind).Any(row => row.Version == version));

    private static IEnumerable<(string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)> Of(string group, string kind) =>
        Table.Where(row => row.Group == group && row.Kinds.Contains(kind));
}
