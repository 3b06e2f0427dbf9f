using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>Converts YAML nodes to the JSON that Kubernetes gets, and back.</summary>
public static class YamlJson
{
    /// <summary>A node as JSON; <see cref="PlainScalars"/> gives the type of an unquoted scalar.</summary>
    public static JsonNode? ToJson(this Node node) => node switch
    {
        Mapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToJson()))),
        Sequence sequence => new JsonArray([.. sequence.Items.Select(ToJson)]),
        Scalar { IsText: true } text => JsonValue.Create(text.Value),
        Scalar scalar => ToJson(scalar.Value),
        _ => null,
    };

    /// <summary>JSON as a node.</summary>
    public static Node ToNode(this JsonNode? json) => json switch
    {
        JsonObject map => new Mapping(map.Select(entry => new Entry(entry.Key, entry.Value.ToNode()))),
        JsonArray items => new Sequence([.. items.Select(ToNode)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => new Scalar(value.GetValue<string>()) { IsText = true },
        null => Scalar.Null,
        _ => new Scalar(json.ToJsonString()),
    };

    private static JsonValue? ToJson(string plain)
    {
        var canonical = PlainScalars.Canonical(plain);
        return PlainScalars.Resolve(plain) switch
        {
            PlainType.Null => null,
            PlainType.Boolean => JsonValue.Create(canonical == "true"),
            PlainType.Number when long.TryParse(canonical, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
                JsonValue.Create(whole),
            PlainType.Number when double.TryParse(canonical, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            _ => JsonValue.Create(plain),
        };
    }
}
