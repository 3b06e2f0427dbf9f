namespace PlatformGitOps.Controller.Cluster;

/// <summary>Which objects a reflector follows.</summary>
public sealed record ReflectorScope
{
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public required TimeSpan Silence { get; init; }
}
