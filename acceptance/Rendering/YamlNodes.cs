using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>The generator's YAML nodes as documents, and back.</summary>
internal static class YamlNodes
{
    public static Resource Document(Mapping mapping) => new((JsonObject)Json(mapping)!);

    public static Mapping Mapping(Resource resource) => (Mapping)Node(resource.Document);

    private static JsonNode? Json(Node node) => node switch
    {
        Mapping map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value)))),
        Sequence items => new JsonArray([.. items.Items.Select(Json)]),
        Scalar { IsText: true } text => JsonValue.Create(text.Value),
        Scalar scalar => YamlDocuments.PlainScalar(scalar.Value),
        _ => throw new FormatException($"a YAML node of type {node.GetType().Name}"),
    };

    private static Node Node(JsonNode? node) => node switch
    {
        JsonObject map => new Mapping(map.Select(entry => new Entry(entry.Key, Node(entry.Value)))),
        JsonArray items => new Sequence([.. items.Select(Node)]),
        null => Scalar.Null,
        JsonValue value when value.TryGetValue<string>(out var text) => new Scalar(text) { IsText = true },
        _ => new Scalar(node.ToJsonString()),
    };
}
