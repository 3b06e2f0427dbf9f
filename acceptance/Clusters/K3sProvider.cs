using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>One k3s node in a container. Criteria that need a second node say so and are skipped.</summary>
public sealed class K3sProvider(IK3sServer server, NodeImages images, SuiteSettings settings) : IClusterProvider
{
    public const string NoCoreDns = "--disable=coredns";

    public ClusterCapabilities Capabilities => new("k3s", WorkerNodes: 1, NodesAreContainers: true, ApiServerIsStaticPod: false, EnforcesNetworkPolicy: null);

    /// <summary>The distribution's own CoreDNS is left out, its ranges are those of the definition, and the node is called as its container is.</summary>
    public static IReadOnlyList<string> Arguments(ClusterShape shape, string name) =>
    [
        $"--node-name={name}",
        NoCoreDns,
        "--disable=traefik",
        "--disable=metrics-server",
        $"--cluster-cidr={shape.PodRange}",
        $"--service-cidr={shape.ServiceRange}",
        $"--cluster-dns={shape.DnsAddress}",
        $"--cluster-domain={shape.Domain}",
    ];

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        var run = await RunSession.Current;
        // k3s starts in seconds: a new server for each run is cheaper than finding out whether an old one fits.
        var name = $"{settings.Prefix}{shape.Role}-{run.Session.Id}";
        run.Session.WillMakeContainers();
        var configuration = await server.Start(new K3sSpec(name, settings.K3sImage, Arguments(shape, name), run.Labels), cancellationToken);
        var context = new KubeContext(Path.Combine(run.Session.Folder, $"{name}.kubeconfig"), "default");
        await File.WriteAllTextAsync(context.ConfigFile, configuration, cancellationToken);
        using var api = AdapterSet.KubernetesApi(context);
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token => (await api.List(ResourceKind.Node, null, null, token)).Count(Nodes.IsReady).ShouldBe(1),
            "the only node of k3s becomes ready",
            cancellationToken);
        foreach (var image in settings.Preload)
        {
            await images.Carry("k3s", name, image, cancellationToken);
        }

        return new RunningCluster(name, shape, context, Capabilities, Made: true);
    }

    public Task Release(RunningCluster cluster, CancellationToken cancellationToken) => server.Remove(cluster.Name, cancellationToken);
}
