using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient.Objects;

/// <summary>A group, version and plural name of the API, together with how its objects are read and written.</summary>
/// <remarks>A plural in capitals or with a slash is a mistake the API server answers with 404 and no hint, so it is refused here.</remarks>
public sealed record ResourceType<T>(string Group, string Version, string Plural, bool Namespaced, JsonTypeInfo<T> Json)
    where T : class
{
    /// <summary>The value of <c>apiVersion</c>: the core group has no prefix.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    internal string Path(string? ns, string? name = null, string? subresource = null)
    {
        if (!Namespaced && ns is not null)
        {
            throw new ArgumentException($"{Plural} have no namespace, but '{ns}' was given", nameof(ns));
        }

        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        var scope = ns is null ? "" : $"/namespaces/{Uri.EscapeDataString(ns)}";
        var item = name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        var sub = subresource is null ? "" : $"/{subresource}";
        return $"{root}{scope}/{Plural}{item}{sub}";
    }
}

/// <summary>Resource types whose objects are plain JSON, for kinds that have no record here.</summary>
public static class ResourceType
{
    public static ResourceType<JsonObject> Untyped(string group, string version, string plural, bool namespaced = true) =>
        new(group, version, plural, namespaced, KubeJson.Default.JsonObject);
}
