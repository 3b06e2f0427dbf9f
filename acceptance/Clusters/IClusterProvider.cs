namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Provides the clusters of a run: kind, k3s, or existing clusters.</summary>
public interface IClusterProvider
{
    ClusterCapabilities Capabilities { get; }

    /// <summary>A running cluster of this shape; an existing one is reused only if its configuration is the same.</summary>
    Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken);

    /// <summary>Removes a cluster of <see cref="Provide"/>; one that existed before is kept.</summary>
    Task Release(RunningCluster cluster, CancellationToken cancellationToken);
}

/// <summary>The capabilities of a kind of cluster; a criterion that needs more is skipped with the reason.</summary>
/// <param name="WorkerNodes">The number of nodes for workloads.</param>
/// <param name="NodesAreContainers">True if the container engine can inspect, stop and kill nodes by name.</param>
/// <param name="ApiServerIsStaticPod">True if moving its manifest stops only the API server.</param>
/// <param name="EnforcesNetworkPolicy">Null if only a trial can show it.</param>
public sealed record ClusterCapabilities(
    string Kind, int WorkerNodes, bool NodesAreContainers, bool ApiServerIsStaticPod, bool? EnforcesNetworkPolicy);

/// <summary>Existing clusters from the contexts of a kubeconfig; the suite never removes them.</summary>
public sealed class ExistingProvider(SuiteSettings settings, Platform platform) : IClusterProvider
{
    public ClusterCapabilities Capabilities =>
        new("existing", WorkerNodes: 0, NodesAreContainers: false, ApiServerIsStaticPod: false, EnforcesNetworkPolicy: null);

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        if (!settings.Contexts.TryGetValue(shape.Role, out var name))
        {
            throw new IgnoreException($"no kubeconfig context is given for cluster {shape.Role}; name one in "
                + $"{SettingSource.Variable(SuiteSettings.OfAContext + shape.Role)}, or leave the cluster out with the setting clusters");
        }

        var context = new KubeContext(ConfigFile(name), name);
        using var api = KubernetesApi.Connect(context);
        var nodes = await api.List(ResourceKind.Node, null, null, cancellationToken);
        var live = await ClusterIdentity.Read(api, nodes, cancellationToken);
        if (live.Problem(platform.ClusterNamed(shape.Role), platform) is { } problem)
        {
            throw new WrongClusterException($"The context '{name}' of cluster {shape.Role} was left as it is. {problem}");
        }

        var workers = nodes.Count(node => !Nodes.IsControlPlane(node));
        return new RunningCluster(name, shape, context, Capabilities with { WorkerNodes = workers }, Made: false);
    }

    public Task Release(RunningCluster cluster, CancellationToken cancellationToken) => Task.CompletedTask;

    private string ConfigFile(string context) => settings.KubeConfig ?? KubeConfigGuard.FileWith(
        context, Environment.GetEnvironmentVariable("KUBECONFIG"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
}
