using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>
/// YAML as documents, by the generator's own reader and writer; plain scalars are typed as Kubernetes' reader types them.
/// </summary>
public static class YamlDocuments
{
    /// <summary>The resources of a stream of documents; empty documents are left out, and the items of a List are unfolded.</summary>
    /// <exception cref="FormatException">The text is not valid YAML; the message names every fault.</exception>
    public static IReadOnlyList<Resource> Resources(string text)
    {
        var read = YamlReader.Read("text", Encoding.UTF8.GetBytes(text), YamlOptions.Tree);
        return read.Findings.IsEmpty
            ? [.. read.Documents.OfType<Mapping>().SelectMany(document => Unfold(Document(document)))]
            : throw new FormatException(string.Join('\n', read.Findings.Select(finding => $"{finding.Position}: {finding.Message}")));
    }

    /// <summary>A resource as one YAML document, which reads back as the same.</summary>
    public static string Text(Resource resource) => YamlWriter.WriteFragment(Mapping(resource));

    public static Resource Document(Mapping mapping) => new((JsonObject)Json(mapping)!);

    public static Mapping Mapping(Resource resource) => (Mapping)Node(resource.Document);

    private static IEnumerable<Resource> Unfold(Resource document) => document.Kind == "List" ? document.Parts("items") : [document];

    private static JsonNode? Json(Node node) => node switch
    {
        Mapping map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value)))),
        Sequence items => new JsonArray([.. items.Items.Select(Json)]),
        Scalar { IsText: true } text => JsonValue.Create(text.Value),
        Scalar scalar => Plain(scalar.Value),
        _ => throw new FormatException($"{node.Position}: a YAML node of type {node.GetType().Name} has no JSON form"),
    };

    /// <summary>A scalar without quotes.</summary>
    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ when char.IsAsciiDigit(text.TrimStart('-', '+').FirstOrDefault())
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => JsonValue.Create(real),
        _ => JsonValue.Create(text),
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
