using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>A Kubernetes object of a build.</summary>
/// <param name="Body">The whole object.</param>
/// <param name="File">The file that it was read from.</param>
public sealed record Resource(Mapping Body, string File)
{
    public string ApiVersion => Body.TextAt("apiVersion") ?? "";

    public string Group => ApiVersion.LastIndexOf('/') is var slash and >= 0 ? ApiVersion[..slash] : "";

    public string Version => ApiVersion[(ApiVersion.LastIndexOf('/') + 1)..];

    public string Kind => Body.TextAt("kind") ?? "";

    public string Name => Body.TextAt("metadata", "name") ?? "";

    public string Namespace => Body.TextAt("metadata", "namespace") ?? "";

    public ResourceId Id => new(Namespace, Name, Group, Kind);

    /// <summary>The text of an annotation, or null.</summary>
    public string? Annotation(string key) => Body.TextAt("metadata", "annotations", key);

    /// <summary>The text of a label, or null.</summary>
    public string? Label(string key) => Body.TextAt("metadata", "labels", key);
}
