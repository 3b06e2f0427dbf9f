using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux.Definitions;

/// <summary>What objects of Kubernetes, and parts of them, take in its newest release: the data file beside this one.</summary>
public static partial class KubernetesDefinitions
{
    private static readonly Lazy<Mapping> Data = new(() => DataFile.Read("Flux.kubernetes.yaml"));
    private static readonly Lazy<Mapping> Types = new(() => (Mapping)Data.Value["types"]!);
    private static readonly ConcurrentDictionary<string, Shape> Made = new(StringComparer.Ordinal);

    private static readonly Shape Quantity = new LeafShape(
        "an amount such as 100m or 128Mi", scalar => QuantityForm().IsMatch(scalar.Value));

    private static readonly Dictionary<string, Shape> Words = new(StringComparer.Ordinal)
    {
        ["text"] = ValueShapes.Text,
        ["boolean"] = ValueShapes.Switch,
        ["integer"] = ValueShapes.Whole,
        ["integerOrText"] = ValueShapes.TextOrNumber,
        ["quantity"] = Quantity,
        ["labels"] = ValueShapes.Texts,
        ["quantities"] = new FreeShape(Quantity),
        ["any"] = ValueShapes.Anything,
    };

    /// <summary>The release that the data is of.</summary>
    public static SemVer Newest => SemVer.Parse($"{Data.Value.TextAt("release")}.0");

    /// <summary>The shape of an object; null for a kind that the data file does not have.</summary>
    /// <param name="apiVersion">With its group.</param>
    /// <param name="kind">The kind.</param>
    public static ObjectShape? Of(string apiVersion, string kind) =>
        Data.Value.TextAt("kinds", $"{kind} {apiVersion}") is { } type ? (ObjectShape)Of(type) : null;

    /// <summary>The shape of a part of objects, by its name in Kubernetes' API: Affinity.</summary>
    public static Shape Of(string type) => Words.GetValueOrDefault(type) ?? (Made.TryGetValue(type, out var made) ? made
        : Made.GetOrAdd(type, new ObjectShape([.. ((Mapping)Types.Value[type]!).Select(entry => new Key(entry.Key, ShapeOf(entry.Value)))])
        {
            IsOfKubernetes = true,
        }));

    private static Shape ShapeOf(Node node) => node switch
    {
        Scalar { Value: var type } => Of(type),
        Sequence { Items: [var item] } => new ListShape(ShapeOf(item)),
        _ => throw new InvalidDataException($"Line {node.Position.Line} of the definitions of Kubernetes is not a type."),
    };

    // apimachinery, resource.ParseQuantity.
    [GeneratedRegex(@"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex QuantityForm();
}
