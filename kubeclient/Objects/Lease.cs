namespace PlatformGitOps.KubeClient.Objects;

public sealed record Lease : IKubeObject
{
    public string ApiVersion { get => field ?? "coordination.k8s.io/v1"; init; }
    public string Kind { get => field ?? "Lease"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public LeaseSpec Spec { get => field ?? new(); init; }
}
