namespace PlatformGitOps.Generator.Definition;

/// <summary>Who decides the number of replicas; one of them only, or they fight.</summary>
public abstract record Autoscaling
{
    private Autoscaling()
    {
    }

    /// <summary>The definition's replicas, corrected by drift detection.</summary>
    public sealed record Off : Autoscaling;

    /// <summary>A HorizontalPodAutoscaler on CPU use.</summary>
    public sealed record Horizontal(int MaxReplicas, int CpuPercent) : Autoscaling;

    /// <summary>The cluster-proportional-autoscaler, linear in cores and nodes.</summary>
    public sealed record Proportional(int CoresPerReplica, int NodesPerReplica, int MaxReplicas) : Autoscaling;
}
