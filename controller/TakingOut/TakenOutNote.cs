using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>The annotation on what was taken out: for whom, since when, why. It is also how a new leader knows what it may put back.</summary>
public sealed record TakenOutNote(string Service, string Label, string Since, string Reason)
{
    public static TakenOutNote? Of(ObjectMeta meta)
    {
        try
        {
            return meta.Annotation(Annotations.TakenOut) is { } text && JsonNode.Parse(text) is JsonObject note
                ? new TakenOutNote(Text(note, "service"), Text(note, "label"), Text(note, "since"), Text(note, "reason"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static TakenOutNote Now(ObjectName service, string label, string reason, DateTimeOffset now) =>
        new(service.ToString(), label, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), reason);

    public string ToText() => new JsonObject
    {
        ["service"] = Service,
        ["label"] = Label,
        ["since"] = Since,
        ["reason"] = Reason,
    }.ToJsonString();

    private static string Text(JsonObject note, string key) =>
        note[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
