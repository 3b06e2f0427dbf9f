using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// The annotation on a pod that was removed from DNS: Service, label, time and reason. A new leader reads it and so knows which labels it
/// may
/// restore.
/// </summary>
internal sealed record RemovalAnnotation(string Service, string Label, string Since, string Reason)
{
    public static RemovalAnnotation? Of(V1Pod pod)
    {
        try
        {
            return pod.GetAnnotation(Annotations.TakenOut) is { } text && JsonNode.Parse(text) is JsonObject note
                ? new RemovalAnnotation(Text(note, "service"), Text(note, "label"), Text(note, "since"), Text(note, "reason"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static RemovalAnnotation Create(ObjectName service, string label, string reason, DateTimeOffset now) =>
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
