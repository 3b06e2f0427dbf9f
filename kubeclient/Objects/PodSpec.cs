namespace PlatformGitOps.KubeClient.Objects;

public sealed record PodSpec
{
    public string? NodeName { get; init; }
    public IReadOnlyList<PodContainer>? Containers { get; init; }
    public IReadOnlyList<PodReadinessGate>? ReadinessGates { get; init; }
}
