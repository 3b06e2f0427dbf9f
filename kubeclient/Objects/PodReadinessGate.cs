namespace PlatformGitOps.KubeClient.Objects;

public sealed record PodReadinessGate
{
    public string ConditionType { get => field ?? ""; init; }
}
