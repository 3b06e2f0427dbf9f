using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>YAML text as documents, its plain scalars typed by YAML 1.2's core schema as Kubernetes' own reader does.</summary>
public static class YamlDocuments
{
    /// <summary>The resources of a stream of documents; empty documents and the items of Lists are unfolded.</summary>
    public static IReadOnlyList<Resource> Resources(string text) =>
        [.. All(text).OfType<JsonObject>().SelectMany(Unfold).Select(document => new Resource(document))];

    public static IEnumerable<JsonNode?> All(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(document => Convert(document.RootNode));
    }

    /// <summary>A resource as one YAML document, which reads back as the same.</summary>
    public static string Text(Resource resource)
    {
        var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(Convert(resource.Document))).Save(text, assignAnchors: false);
        // The stream closes its document; the next one opens its own.
        return text.ToString().Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    private static YamlNode Convert(JsonNode? node) => node switch
    {
        JsonObject map => new YamlMappingNode(map.Select(entry => KeyValuePair.Create(Convert(JsonValue.Create(entry.Key)), Convert(entry.Value)))),
        JsonArray items => new YamlSequenceNode(items.Select(Convert)),
        JsonValue value when value.TryGetValue<string>(out var text) => new YamlScalarNode(text) { Style = Style(text) },
        JsonValue value => new YamlScalarNode(value.ToJsonString()),
        _ => new YamlScalarNode("null"),
    };

    private static ScalarStyle Style(string text) =>
        PlainScalar(text) is not JsonValue plain || !plain.TryGetValue<string>(out _) || text.Any(letter => char.IsControl(letter) && letter != '\n')
            ? ScalarStyle.DoubleQuoted
        : text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
        : ScalarStyle.Any;

    private static IEnumerable<JsonObject> Unfold(JsonObject document) =>
        document["kind"]?.GetValue<string>() == "List" && document["items"] is JsonArray items
            ? items.OfType<JsonObject>().Select(item => (JsonObject)item.DeepClone())
            : [document];

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child =>
            KeyValuePair.Create(((YamlScalarNode)child.Key).Value ?? "", Convert(child.Value)))),
        YamlSequenceNode items => new JsonArray([.. items.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => PlainScalar(scalar.Value),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new FormatException($"a YAML node of kind {node.NodeType} stands at {node.Start}"),
    };

    /// <summary>A scalar without quotes, typed by what its text looks like.</summary>
    public static JsonValue? PlainScalar(string? text) => text switch
    {
        null or "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ when char.IsAsciiDigit(text.TrimStart('-', '+').FirstOrDefault())
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => JsonValue.Create(real),
        _ => JsonValue.Create(text),
    };
}
