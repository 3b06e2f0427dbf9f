using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// A note about a removed serve label: the Services that wanted it, the time and the reason. The annotation has a list of notes. From them
/// a new leader knows which labels it may restore.
/// </summary>
internal sealed record RemovalNote(string Label, IReadOnlyList<string> Services, string Since, string Reason)
{
    /// <summary>
    /// All notes of a pod; invalid ones are ignored. A note under the annotation's old name counts if its label has no other.
    /// </summary>
    public static IReadOnlyList<RemovalNote> Of(V1Pod pod)
    {
        var notes = Parse(pod.GetAnnotation(Annotations.Removed));
        var earlier = Parse(pod.GetAnnotation(Annotations.RemovedEarlierName));
        return [.. notes, .. earlier.Where(note => !notes.Exists(known => known.Label == note.Label))];
    }

    private static List<RemovalNote> Parse(string? text)
    {
        if (text is null)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(text) switch
            {
                JsonArray notes => [.. notes.OfType<JsonObject>().Select(Read)],
                // The old format, with a single note.
                JsonObject note => [Read(note)],
                _ => [],
            };
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public static RemovalNote? Of(V1Pod pod, string label) => Of(pod).FirstOrDefault(note => note.Label == label);

    public static RemovalNote Create(string label, IReadOnlyList<string> services, string reason, DateTimeOffset now) =>
        new(label, services, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), reason);

    /// <summary>The annotation's value; null without notes.</summary>
    public static string? ToText(IEnumerable<RemovalNote> notes)
    {
        var list = new JsonArray([.. notes.Select(note => new JsonObject
        {
            ["label"] = note.Label,
            ["services"] = new JsonArray([.. note.Services.Select(service => JsonValue.Create(service))]),
            ["since"] = note.Since,
            ["reason"] = note.Reason,
        })]);
        return list.Count == 0 ? null : list.ToJsonString();
    }

    private static RemovalNote Read(JsonObject note) => new(
        Text(note["label"]),
        note["services"] is JsonArray services ? [.. services.Select(Text)] : [Text(note["service"])],
        Text(note["since"]),
        Text(note["reason"]));

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

/// <summary>How a pod is removed from DNS. A pod has one state for each mechanism, for all Services together.</summary>
/// <param name="Method">The method.</param>
/// <param name="Label">The serve label; empty for the other methods.</param>
internal readonly record struct RemovalMechanism(RemovalMethod Method, string Label)
{
    public static RemovalMechanism Of(HealthPolicy policy) =>
        new(policy.Removal, policy.Removal == RemovalMethod.ServeLabel ? policy.ServeLabel : "");
}
