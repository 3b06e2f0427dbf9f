namespace PlatformGitOps.KubeClient.Objects;

public sealed record PodContainer
{
    public string Name { get => field ?? ""; init; }
    public string? Image { get; init; }
    public IReadOnlyList<ContainerPort>? Ports { get; init; }
}
