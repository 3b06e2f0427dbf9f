using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Objects;

/// <summary>A port by number or by name, as Services and probes write it.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct IntOrString(int? Number, string? Name)
{
    public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "";

    internal sealed class Converter : JsonConverter<IntOrString>
    {
        public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? new(reader.GetInt32(), null) : new(null, reader.GetString());

        public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
        {
            if (value.Number is { } number)
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteStringValue(value.Name);
            }
        }
    }
}
