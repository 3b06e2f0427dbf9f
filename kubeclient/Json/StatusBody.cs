namespace PlatformGitOps.KubeClient.Json;

/// <summary>The Status object the API server answers errors, deletions and the end of an exec with.</summary>
internal sealed record StatusBody
{
    public string? Status { get; init; }
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public int? Code { get; init; }
    public StatusDetails? Details { get; init; }
}
