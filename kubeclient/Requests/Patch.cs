using System.Text.Json.Nodes;

namespace PlatformGitOps.KubeClient.Requests;

/// <summary>A change to an object in one of the forms the API server takes.</summary>
public sealed record Patch
{
    private Patch(string contentType, JsonNode body) => (ContentType, Body) = (contentType, body);

    public string ContentType { get; }

    public JsonNode Body { get; }

    /// <summary>Who owns the fields; server-side apply requires it.</summary>
    public string? FieldManager { get; private init; }

    /// <summary>Take over fields that another manager owns (server-side apply only).</summary>
    public bool Force { get; private init; }

    /// <summary>RFC 7396.</summary>
    public static Patch Merge(JsonObject body) => new("application/merge-patch+json", body);

    /// <summary>RFC 6902: the only form with <c>test</c>, that is, with a condition on more than the resourceVersion.</summary>
    public static Patch Json(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>Merges lists by their keys; for built-in kinds only, and what a pod's conditions need.</summary>
    public static Patch StrategicMerge(JsonObject body) => new("application/strategic-merge-patch+json", body);

    /// <summary>Server-side apply (KEP-555). JSON is a subset of YAML, which the content type names.</summary>
    public static Patch Apply(JsonObject body, string fieldManager, bool force = false) =>
        new("application/apply-patch+yaml", body) { FieldManager = fieldManager, Force = force };
}
