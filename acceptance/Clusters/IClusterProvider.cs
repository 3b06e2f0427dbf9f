namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Where the clusters of a run come from: kind, k3s, or clusters that exist already.</summary>
public interface IClusterProvider
{
    ClusterCapabilities Capabilities { get; }

    /// <summary>A running cluster of this shape; one that runs already is used only if its configuration is the same.</summary>
    Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="Provide"/> made; a cluster that existed before stays.</summary>
    Task Release(RunningCluster cluster, CancellationToken cancellationToken);
}

/// <summary>What a kind of cluster can show; a criterion that needs more is skipped with the reason.</summary>
/// <param name="WorkerNodes">Nodes that take workloads.</param>
/// <param name="NodesAreContainers">Nodes can be inspected, stopped and killed through the container engine, by their names.</param>
/// <param name="ApiServerIsStaticPod">It can be stopped alone, by moving its manifest away from the node's kubelet.</param>
/// <param name="EnforcesNetworkPolicy">Null where only a trial shows it.</param>
public sealed record ClusterCapabilities(
    string Kind, int WorkerNodes, bool NodesAreContainers, bool ApiServerIsStaticPod, bool? EnforcesNetworkPolicy);

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
