namespace PlatformGitOps.KubeClient.Objects;

public sealed record Service : IKubeObject
{
    public string ApiVersion { get => field ?? "v1"; init; }
    public string Kind { get => field ?? "Service"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public ServiceSpec Spec { get => field ?? new(); init; }
}
