namespace PlatformGitOps.KubeClient.Objects;

public sealed record NodeAddress
{
    public string Type { get => field ?? ""; init; }
    public string Address { get => field ?? ""; init; }
}
