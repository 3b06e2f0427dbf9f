namespace PlatformGitOps.KubeClient.Json;

internal sealed record StatusDetails
{
    public string? Name { get; init; }
    public string? Kind { get; init; }
    public int? RetryAfterSeconds { get; init; }
    public IReadOnlyList<StatusCause>? Causes { get; init; }
}
