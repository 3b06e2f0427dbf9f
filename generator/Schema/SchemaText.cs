using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Generator.Schema;

/// <summary>
/// The JSON Schema of the definition, for editors: types, words, patterns and descriptions. Rules over several keys, such as overlapping
/// ranges, are checked by the generator only.
/// </summary>
public static class SchemaText
{
    private static readonly JsonWriterOptions Written =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Draft 7, which every YAML language server reads; ends in a line break.</summary>
    public static string Build()
    {
        var root = Of(PlatformText.Shape);
        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", "platform.yaml");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Written))
        {
            root.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static JsonObject Of(Key key)
    {
        var schema = Of(key.Shape);
        schema.Insert(0, "description", key.Absent is null or "none" ? key.Description : $"{key.Description} Without it: {key.Absent}.");
        if (key.Default is not null)
        {
            schema["default"] = key.Shape switch
            {
                NumberShape => int.Parse(key.Default, CultureInfo.InvariantCulture),
                SwitchShape => key.Default == "true",
                _ => key.Default,
            };
        }

        return schema;
    }

    private static JsonObject Of(Shape shape) => shape switch
    {
        ObjectShape mapping => Mapping(mapping),
        ListShape list => new JsonObject
        {
            ["type"] = "array",
            ["items"] = Of(list.Item),
            ["minItems"] = list.Minimum,
            ["maxItems"] = list.Maximum,
            ["uniqueItems"] = !list.Repeats,
        },
        AnyShape => new JsonObject(),
        FreeShape free => new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = free.SchemaOf is { } key ? new JsonObject { ["$ref"] = $"#/properties/{key}" }
                : Of(free.Word ?? new Key("", free.Value, "Anything that the chart reads.")),
            ["propertyNames"] = new JsonObject { ["pattern"] = free.Form?.Pattern ?? "^.*$" },
        },
        TextShape text => new JsonObject
        {
            ["type"] = text.Numbers ? new JsonArray("string", "number") : "string",
            ["pattern"] = text.Pattern,
            ["examples"] = new JsonArray(text.Example),
        },
        NumberShape number => new JsonObject { ["type"] = "integer", ["minimum"] = number.Minimum, ["maximum"] = number.Maximum },
        ChoiceShape choice => new JsonObject { ["enum"] = new JsonArray([.. choice.Words.Select(word => JsonValue.Create(word))]) },
        SwitchShape => new JsonObject { ["type"] = "boolean" },
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "A shape without a schema."),
    };

    private static JsonObject Mapping(ObjectShape shape)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(shape.Keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, Of(key)))),
            ["additionalProperties"] = false,
        };
        if (shape.Keys.Any(key => key.Required))
        {
            schema["required"] = new JsonArray([.. shape.Keys.Where(key => key.Required).Select(key => JsonValue.Create(key.Name))]);
        }

        return schema;
    }
}

/// <summary>The keys of a shape as a Markdown table, for docs/definition.md.</summary>
public static class KeyTable
{
    public static string Of(ObjectShape shape) =>
        "| key | default | |\n| --- | --- | --- |\n" + string.Concat(Rows(shape, "", optional: false));

    private static IEnumerable<string> Rows(ObjectShape shape, string prefix, bool optional)
    {
        foreach (var key in shape.Keys)
        {
            var inner = key.Shape is FreeShape { Word: { } word } ? new ObjectShape([word])
                : key.Shape is ListShape { Item: ObjectShape entries } && prefix.Length > 0 ? entries
                : key.Shape as ObjectShape;
            if (inner is not null)
            {
                var list = key.Shape is ListShape ? "[]" : "";
                foreach (var row in Rows(inner, $"{prefix}{key.Name}{list}.", optional || key.Optional || list.Length > 0))
                {
                    yield return row;
                }
            }
            else
            {
                var text = Docs.Linked(key.Description);
                yield return $"| `{prefix}{key.Name}` | {Default(key, prefix, optional)} | {text}{Limits(key.Shape)} |\n";
                if (key.Shape is ListShape { Item: ObjectShape entry })
                {
                    foreach (var row in Rows(entry, $"{prefix}{key.Name}[].", optional: false))
                    {
                        yield return row;
                    }
                }
            }
        }
    }

    private static string Default(Key key, string prefix, bool optional) => key switch
    {
        { Default: { } text } => $"`{text}`",
        { Required: true } => optional ? $"required with `{prefix.TrimEnd('.')}`" : "required",
        _ => key.Absent ?? "none",
    };

    private static string Limits(Shape shape) => shape switch
    {
        ChoiceShape choice => $" (one of {string.Join(", ", choice.Words.Select(word => $"`{word}`"))})",
        NumberShape number => $" ({number.Minimum} to {number.Maximum})",
        SwitchShape => " (true or false)",
        ListShape list => $" (list of up to {list.Maximum})",
        _ => "",
    };
}
