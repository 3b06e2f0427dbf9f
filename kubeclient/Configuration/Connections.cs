namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>The usual order: what was asked for, then the pod's own account, then the user's kubeconfig.</summary>
public static class Connections
{
    public static ClusterConnection Default(TimeProvider time, string? kubeconfig = null, string? context = null)
    {
        if (kubeconfig is null && context is null && InClusterConfig.IsAvailable())
        {
            return InClusterConfig.Load(time);
        }

        return KubeConfig.Load(kubeconfig is null ? null : [kubeconfig]).Connect(time, context);
    }
}
