using System.Net;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Definition;

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

/// <param name="Name">The cluster's own name, maybe with a prefix; <see cref="ClusterShape.Role"/> is its name in the definition.</param>
/// <param name="Made">True if this run made the cluster, and therefore removes it.</param>
public sealed record RunningCluster(string Name, ClusterShape Shape, KubeContext Context, ClusterCapabilities Capabilities, bool Made);

/// <summary>How a cluster is reached: a kubeconfig file and the name of a context in it.</summary>
public sealed record KubeContext(string ConfigFile, string Name);

/// <summary>The part of the definition that a cluster has to be made for.</summary>
/// <param name="Role">The cluster's name in the definition.</param>
/// <param name="PodRange">As kind and k3s take it: the ranges of both families, with a comma between, where there are two.</param>
/// <param name="ServiceRange">The same of the services.</param>
public sealed record ClusterShape(string Role, string PodRange, string ServiceRange, string DnsAddress, string Domain)
{
    public KubeProxyMode KubeProxy { get; init; }

    /// <summary>The address that the kubelets name to pods, where it is not that of the Service.</summary>
    public string? CacheAddress { get; init; }

    /// <summary>Whether the cluster brings the metrics of pods, which an autoscaler needs; k3s has them built in.</summary>
    public bool PodMetrics { get; init; }

    /// <summary>The address that the kubelets name to pods.</summary>
    public string PodDns => CacheAddress ?? DnsAddress;

    /// <summary><c>ipv4</c>, <c>ipv6</c> or <c>dual</c>.</summary>
    public string Families =>
        PodRange.Contains(',', StringComparison.Ordinal) ? "dual" : PodRange.Contains(':', StringComparison.Ordinal) ? "ipv6" : "ipv4";
}

/// <summary>What a kind of cluster can show; a criterion that needs more is skipped with the reason.</summary>
/// <param name="WorkerNodes">Nodes that take workloads.</param>
/// <param name="NodesAreContainers">Nodes can be inspected, stopped and killed through the container engine, by their names.</param>
/// <param name="ApiServerIsStaticPod">It can be stopped alone, by moving its manifest away from the node's kubelet.</param>
/// <param name="EnforcesNetworkPolicy">Null where only a trial shows it.</param>
public sealed record ClusterCapabilities(
    string Kind, int WorkerNodes, bool NodesAreContainers, bool ApiServerIsStaticPod, bool? EnforcesNetworkPolicy);

public static class Nodes
{
    /// <summary>The address that the node names first, by which other nodes and this machine reach it.</summary>
    /// <exception cref="InvalidDataException">The node has none.</exception>
    public static IPAddress Address(Resource node) => Addresses(node).FirstOrDefault()
        ?? throw new InvalidDataException($"node {node.Name} has no InternalIP");

    /// <summary>Its InternalIP addresses: two on a dual-stack cluster.</summary>
    public static IEnumerable<IPAddress> Addresses(Resource node) => node.Parts("status.addresses")
        .Where(address => address.Text("type") == "InternalIP").Select(address => IPAddress.Parse(address.Text("address")!));

    public static bool IsReady(Resource node) => Conditions.Holds(node, "Ready");

    public static bool IsControlPlane(Resource node) => node.Labels.ContainsKey("node-role.kubernetes.io/control-plane");
}

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
