using System.Globalization;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>
/// A Kubernetes resource as a document. Criteria read rendered and live resources through the same paths, such as
/// <c>spec.template.spec.containers[0].image</c>; what is absent reads as null, an empty list or an empty map.
/// </summary>
public sealed class Resource(JsonObject document)
{
    public JsonObject Document { get; } = document;

    public string ApiVersion => Text("apiVersion") ?? "";
    public string Kind => Text("kind") ?? "";
    public string Name => Text("metadata.name") ?? "";
    public string? Namespace => Text("metadata.namespace");
    public string Uid => Text("metadata.uid") ?? "";
    public IReadOnlyDictionary<string, string> Labels => Map("metadata.labels");
    public IReadOnlyDictionary<string, string> Annotations => Map("metadata.annotations");

    /// <summary>True for what only Flux' controllers understand: sources, Kustomizations, releases.</summary>
    public bool IsOfFlux => ApiVersion.Contains(".toolkit.fluxcd.io/", StringComparison.Ordinal);

    public bool Is(ResourceKind kind) => kind.Kind == Kind && kind.ApiVersion == ApiVersion;

    public JsonNode? At(string path) => JsonPath.Find(Document, path);

    public string? Text(string path) => At(path) is JsonValue value ? Scalar(value) : null;

    public int? Number(string path) =>
        int.TryParse(Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool? Flag(string path) => bool.TryParse(Text(path), out var flag) ? flag : null;

    public IReadOnlyList<JsonNode> Items(string path) => At(path) is JsonArray items ? [.. items.OfType<JsonNode>()] : [];

    public IReadOnlyList<string> Texts(string path) => [.. Items(path).OfType<JsonValue>().Select(Scalar)];

    /// <summary>The objects of a list, each to be read with paths of its own.</summary>
    public IReadOnlyList<Resource> Parts(string path) => [.. Items(path).OfType<JsonObject>().Select(part => new Resource(part))];

    public Resource? Part(string path) => At(path) is JsonObject part ? new Resource(part) : null;

    public IReadOnlyDictionary<string, string> Map(string path) =>
        At(path) is JsonObject map
            ? map.Where(entry => entry.Value is JsonValue).ToDictionary(entry => entry.Key, entry => Scalar((JsonValue)entry.Value!))
            : new Dictionary<string, string>();

    public Resource Copy() => new((JsonObject)Document.DeepClone());

    /// <summary>Without what the API server itself has put in, so that it can be written once more.</summary>
    public Resource AsWritten()
    {
        var copy = Copy();
        copy.Document.Remove("status");
        foreach (var owned in new[] { "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields" })
        {
            copy.Document["metadata"]?.AsObject().Remove(owned);
        }

        return copy;
    }

    public override string ToString() => Namespace is null ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";

    private static string Scalar(JsonValue value) =>
        value.TryGetValue<string>(out var text) ? text : value.ToJsonString();
}
