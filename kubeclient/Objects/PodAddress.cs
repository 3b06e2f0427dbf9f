namespace PlatformGitOps.KubeClient.Objects;

public sealed record PodAddress
{
    public string Ip { get => field ?? ""; init; }
}
