namespace PlatformGitOps.KubeClient.Objects;

/// <summary>The parts of a Pod that placing, finding and probing it need; everything else is left unread on purpose.</summary>
public sealed record Pod : IKubeObject
{
    public string ApiVersion { get => field ?? "v1"; init; }
    public string Kind { get => field ?? "Pod"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public PodSpec Spec { get => field ?? new(); init; }
    public PodStatus Status { get => field ?? new(); init; }
}
