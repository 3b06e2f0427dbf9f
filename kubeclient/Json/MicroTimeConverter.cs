using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Json;

/// <summary>
/// Kubernetes' MicroTime: exactly six digits after the point. Go's parser refuses the seven digits .NET writes
/// (apimachinery, meta/v1 micro_time.go: layout 2006-01-02T15:04:05.000000Z07:00).
/// </summary>
public sealed class MicroTimeConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time)
        {
            writer.WriteStringValue(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
