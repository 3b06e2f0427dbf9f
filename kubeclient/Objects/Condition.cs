namespace PlatformGitOps.KubeClient.Objects;

/// <summary>A condition of a Pod or a Node.</summary>
public sealed record Condition
{
    public string Type { get => field ?? ""; init; }
    public string Status { get => field ?? ""; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? LastTransitionTime { get; init; }
}
