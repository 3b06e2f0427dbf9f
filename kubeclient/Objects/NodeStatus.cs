namespace PlatformGitOps.KubeClient.Objects;

public sealed record NodeStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public IReadOnlyList<NodeAddress>? Addresses { get; init; }
}
