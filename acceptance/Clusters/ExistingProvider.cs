using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Existing clusters, reached through the contexts of a kubeconfig; the suite never removes them.</summary>
public sealed class ExistingProvider(SuiteSettings settings) : IClusterProvider
{
    public ClusterCapabilities Capabilities =>
        new("existing", WorkerNodes: 0, NodesAreContainers: false, ApiServerIsStaticPod: false, EnforcesNetworkPolicy: null);

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        if (!settings.Contexts.TryGetValue(shape.Role, out var name))
        {
            throw new IgnoreException($"the setting context-{shape.Role} names no kubeconfig context; set it");
        }

        var context = new KubeContext(ConfigFile(), name);
        using var api = KubernetesApi.Connect(context);
        var workers = (await api.List(ResourceKind.Node, null, null, cancellationToken)).Count(node => !Nodes.IsControlPlane(node));
        return new RunningCluster(name, shape, context, Capabilities with { WorkerNodes = workers }, Made: false);
    }

    public Task Release(RunningCluster cluster, CancellationToken cancellationToken) => Task.CompletedTask;

    private string ConfigFile() =>
        settings.KubeConfig
        ?? Environment.GetEnvironmentVariable("KUBECONFIG")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
}
