using Testcontainers.K3s;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>One k3s node in a container. Criteria that need a second node are skipped.</summary>
public sealed class K3sProvider(ContainerEngine engine, SuiteSettings settings) : IClusterProvider
{
    public const string NoCoreDns = "--disable=coredns";

    public ClusterCapabilities Capabilities =>
        new("k3s", WorkerNodes: 1, NodesAreContainers: true, ApiServerIsStaticPod: false, EnforcesNetworkPolicy: null);

    /// <summary>Without the distribution's CoreDNS, with the definition's ranges, and with the container's name for the node.</summary>
    public static IReadOnlyList<string> Arguments(ClusterShape shape, string name) =>
    [
        $"--node-name={name}",
        NoCoreDns,
        "--disable=traefik",
        .. shape.PodMetrics ? (IEnumerable<string>)[] : ["--disable=metrics-server"],
        $"--cluster-cidr={shape.PodRange}",
        $"--service-cidr={shape.ServiceRange}",
        $"--cluster-dns={shape.PodDns}",
        $"--cluster-domain={shape.Domain}",
        $"--kubelet-arg=container-log-max-size={KindConfiguration.LogSize}",
        $"--kube-proxy-arg=proxy-mode={Cluster.KubeProxyModes.Of(shape.KubeProxy)}",
        // Pod addresses of this family are private too, and the node's network has no route back.
        .. shape.Families == "ipv4" ? (IEnumerable<string>)[] : ["--flannel-ipv6-masq"],
    ];

    /// <summary>A running server with these arguments of <c>k3s server</c>.</summary>
    public static async Task<K3sContainer> Start(
        string name, string image, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        // The builder's own command, `server --disable=traefik`, comes first; repeated flags are harmless.
        var server = (await ContainerEngine.K3s(image, cancellationToken)).WithName(name).WithCommand([.. arguments]).Build();
        await server.StartAsync(cancellationToken);
        return server;
    }

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        if (shape.KubeProxy == KubeProxyMode.None)
        {
            Assert.Ignore("k3s: kubeProxy none leaves Services to a network plugin, and k3s' own does not serve them");
        }

        var run = await RunSession.Current;
        // k3s starts in seconds: a new server for each run is cheaper than checking an old one.
        var name = $"{settings.Prefix}{shape.Role}-{run.Session.Id}";
        var server = await Start(name, settings.K3sImage, Arguments(shape, name), cancellationToken);
        var context = new KubeContext(Path.Combine(run.Session.Folder, $"{name}.kubeconfig"), "default");
        await File.WriteAllTextAsync(context.ConfigFile, await server.GetKubeconfigAsync(), cancellationToken);
        using var api = KubernetesApi.Connect(context);
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token => (await api.List(ResourceKind.Node, null, null, token)).Count(Nodes.IsReady).ShouldBe(1),
            "the only node of k3s becomes ready",
            cancellationToken);
        foreach (var image in settings.Preload)
        {
            await engine.Load(image, "k3s", name, cancellationToken);
        }

        return new RunningCluster(name, shape, context, Capabilities, Made: true);
    }

    public Task Release(RunningCluster cluster, CancellationToken cancellationToken) => engine.Remove(cluster.Name, cancellationToken);
}
