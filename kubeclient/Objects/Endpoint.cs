namespace PlatformGitOps.KubeClient.Objects;

public sealed record Endpoint
{
    public IReadOnlyList<string> Addresses { get => field ?? []; init; }
    public EndpointConditions? Conditions { get; init; }
    public string? Hostname { get; init; }
    public ObjectReference? TargetRef { get; init; }
    public string? NodeName { get; init; }
    public string? Zone { get; init; }
}
