namespace PlatformGitOps.KubeClient.Objects;

public sealed record ContainerStatus
{
    public string Name { get => field ?? ""; init; }
    public bool Ready { get; init; }
    public int RestartCount { get; init; }
    public string? Image { get; init; }
}
