namespace PlatformGitOps.KubeClient.Objects;

public sealed record Node : IKubeObject
{
    public string ApiVersion { get => field ?? "v1"; init; }
    public string Kind { get => field ?? "Node"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public NodeSpec Spec { get => field ?? new(); init; }
    public NodeStatus Status { get => field ?? new(); init; }
}
