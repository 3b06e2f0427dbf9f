using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Clusters that somebody else keeps, reached through the contexts of a kubeconfig; they are never removed.</summary>
public sealed class ExistingProvider(SuiteSettings settings) : IClusterProvider
{
    public ClusterCapabilities Capabilities => new("existing", WorkerNodes: 0, NodesAreContainers: false, ApiServerIsStaticPod: false, EnforcesNetworkPolicy: null);

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        if (!settings.Contexts.TryGetValue(shape.Role, out var name))
        {
            throw new IgnoreException($"no context is named for the cluster {shape.Role}: set context-{shape.Role}");
        }

        var context = new KubeContext(ConfigFile(), name);
        using var api = AdapterSet.KubernetesApi(context);
        var workers = (await api.List(ResourceKind.Node, null, null, cancellationToken)).Count(node => !Nodes.IsControlPlane(node));
        return new RunningCluster(name, shape, context, Capabilities with { WorkerNodes = workers }, Made: false);
    }

    public Task Release(RunningCluster cluster, CancellationToken cancellationToken) => Task.CompletedTask;

    private string ConfigFile() =>
        settings.KubeConfig
        ?? Environment.GetEnvironmentVariable("KUBECONFIG")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
}
