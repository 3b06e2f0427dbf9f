using CliWrap.Exceptions;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Multi-node clusters whose nodes are containers: they can run all criteria, including node loss.</summary>
public sealed class KindProvider(ContainerEngine engine, SuiteSettings settings) : IClusterProvider
{
    public ClusterCapabilities Capabilities =>
        new("kind", settings.Workers, NodesAreContainers: true, ApiServerIsStaticPod: true, EnforcesNetworkPolicy: null);

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        var name = settings.Prefix + shape.Role;
        var plugin = settings.NetworkPlugin is { } file ? await File.ReadAllTextAsync(file, cancellationToken) : null;
        if (shape.KubeProxy == KubeProxyMode.None && plugin is null)
        {
            Assert.Ignore("kind: kubeProxy none leaves Services to the network plugin; name one in the setting network-plugin");
        }

        var (configuration, hash) = KindConfiguration.Of(shape, settings.Workers, settings.NodeImage, plugin);
        var session = (await RunSession.Current).Session;
        var context = new KubeContext(Path.Combine(session.Folder, $"{name}.kubeconfig"), $"kind-{name}");

        // The exact name: a substring filter would also match `my-infra-control-plane`.
        var exists = await engine.Find($"{name}-control-plane", cancellationToken) is not null;
        var usable = exists && await IsWanted(name, hash, context, cancellationToken);
        if (!usable)
        {
            await Make(name, configuration, exists, context, session, cancellationToken);
        }

        // Loads the plugin's images before waiting: nodes are only ready with the plugin.
        foreach (var image in settings.Preload)
        {
            await engine.Load(image, "kind", name, cancellationToken);
        }

        if (plugin is not null)
        {
            await Cli.Wrap("kubectl")
                .WithArguments(
                [
                    "apply", "--server-side", "--force-conflicts", "--filename", "-",
                    "--kubeconfig", context.ConfigFile, "--context", context.Name,
                ])
                .WithStandardInputPipe(PipeSource.FromString(plugin))
                .ExecuteBufferedAsync(cancellationToken);
        }

        await Ready(context, plugin is null ? TimeSpan.FromSeconds(90) : TimeSpan.FromMinutes(4), cancellationToken);
        return new RunningCluster(name, shape, context, Capabilities, Made: !usable);
    }

    public async Task Release(RunningCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Made)
        {
            await Delete(cluster.Name, cluster.Context, cancellationToken);
        }
    }

    private async Task<bool> IsWanted(string name, string hash, KubeContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Cli.Wrap("kind").WithArguments(["export", "kubeconfig", "--name", name, "--kubeconfig", context.ConfigFile])
                .ExecuteBufferedAsync(cancellationToken);
            using var api = KubernetesApi.Connect(context);
            var nodes = await api.List(ResourceKind.Node, null, null, cancellationToken);
            return nodes.Count == settings.Workers + 1
                && nodes.All(node => node.Labels.GetValueOrDefault(KindConfiguration.HashLabel) == hash && Nodes.IsReady(node));
        }
        catch (Exception exception) when (exception is CommandExecutionException or KubernetesApiException)
        {
            return false; // a cluster that does not answer is made again
        }
    }

    private async Task Make(
        string name, string configuration, bool exists, KubeContext context, Reaper.Session session, CancellationToken cancellationToken)
    {
        if (exists)
        {
            await Delete(name, context, cancellationToken);
        }

        session.WillMakeKindCluster(name);
        if (settings.KeepClusters)
        {
            session.Keep(name);
        }

        string[] image = settings.NodeImage is { } node ? ["--image", node] : [];
        await Cli.Wrap("kind")
            .WithArguments(["create", "cluster", "--name", name, "--config", "-", "--kubeconfig", context.ConfigFile, .. image])
            .WithStandardInputPipe(PipeSource.FromString(configuration))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(line => PrintStep(name, line)))
            .ExecuteBufferedAsync(cancellationToken);
    }

    /// <summary>kind indents its steps; the other lines are advice for users.</summary>
    private static void PrintStep(string name, string line)
    {
        if (line.StartsWith(' '))
        {
            TestContext.Progress.WriteLine($"{name}: {line.Trim()}");
        }
    }

    private static Task Delete(string name, KubeContext context, CancellationToken cancellationToken) =>
        Cli.Wrap("kind").WithArguments(["delete", "cluster", "--name", name, "--kubeconfig", context.ConfigFile])
            .ExecuteBufferedAsync(cancellationToken);

    private static async Task Ready(KubeContext context, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var api = KubernetesApi.Connect(context);
        await Eventually.Within(
            limit,
            async token =>
            {
                var nodes = await api.List(ResourceKind.Node, null, null, token);
                nodes.Where(node => !Nodes.IsReady(node)).Select(node => node.Name).ShouldBeEmpty("nodes that are not ready");
            },
            "workers join after kind has returned",
            cancellationToken);
    }
}
