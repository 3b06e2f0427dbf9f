using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Multi-node clusters whose nodes are containers: everything can be shown on them, node loss too.</summary>
public sealed class KindProvider(ICommands commands, IContainerEngine engine, SuiteSettings settings) : IClusterProvider
{
    public ClusterCapabilities Capabilities => new("kind", settings.Workers, NodesAreContainers: true, ApiServerIsStaticPod: true, EnforcesNetworkPolicy: null);

    public async Task<RunningCluster> Provide(ClusterShape shape, CancellationToken cancellationToken)
    {
        var name = settings.Prefix + shape.Role;
        var plugin = settings.NetworkPlugin is { } file ? await File.ReadAllTextAsync(file, cancellationToken) : null;
        var (configuration, hash) = KindConfiguration.Of(shape, settings.Workers, settings.NodeImage, plugin);
        var session = (await RunSession.Current).Session;
        var context = new KubeContext(Path.Combine(session.Folder, $"{name}.kubeconfig"), $"kind-{name}");

        // The exact name: a filter by substring would take `my-infra-control-plane` for this cluster's.
        var exists = await engine.Find($"{name}-control-plane", cancellationToken) is not null;
        var usable = exists && await IsWanted(name, hash, context, cancellationToken);
        if (!usable)
        {
            await Make(name, configuration, exists, context, session, cancellationToken);
        }

        // The plugin's images may be among those that are carried in: nodes become ready only with it.
        foreach (var image in settings.Preload)
        {
            await new NodeImages(commands, engine).Carry("kind", name, image, cancellationToken);
        }

        if (plugin is not null)
        {
            await commands.Run(
                new CommandLine("kubectl", "apply", "--server-side", "--force-conflicts", "--filename", "-", "--kubeconfig", context.ConfigFile, "--context", context.Name) { Input = plugin },
                cancellationToken);
        }

        await Ready(context, plugin is null ? TimeSpan.FromSeconds(90) : TimeSpan.FromMinutes(4), cancellationToken);
        return new RunningCluster(name, shape, context, Capabilities, Made: !usable);
    }

    public async Task Release(RunningCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Made)
        {
            await commands.Run(new CommandLine("kind", "delete", "cluster", "--name", cluster.Name, "--kubeconfig", cluster.Context.ConfigFile), cancellationToken);
        }
    }

    private async Task<bool> IsWanted(string name, string hash, KubeContext context, CancellationToken cancellationToken)
    {
        try
        {
            await commands.Run(new CommandLine("kind", "export", "kubeconfig", "--name", name, "--kubeconfig", context.ConfigFile), cancellationToken);
            using var api = AdapterSet.KubernetesApi(context);
            var nodes = await api.List(ResourceKind.Node, null, null, cancellationToken);
            return nodes.Count == settings.Workers + 1
                && nodes.All(node => node.Labels.GetValueOrDefault(KindConfiguration.HashLabel) == hash && Nodes.IsReady(node));
        }
        catch (Exception exception) when (exception is CommandFailedException or KubernetesApiException)
        {
            return false; // a cluster that does not answer is as good as none
        }
    }

    private async Task Make(
        string name, string configuration, bool exists, KubeContext context, Reaper.Session session, CancellationToken cancellationToken)
    {
        if (exists)
        {
            await commands.Run(new CommandLine("kind", "delete", "cluster", "--name", name, "--kubeconfig", context.ConfigFile), cancellationToken);
        }

        session.WillMakeKindCluster(name);
        if (settings.KeepClusters)
        {
            session.Keep(name);
        }

        string[] image = settings.NodeImage is { } node ? ["--image", node] : [];
        await commands.Run(
            new CommandLine("kind", ["create", "cluster", "--name", name, "--config", "-", "--kubeconfig", context.ConfigFile, .. image])
            {
                Input = configuration,
                // Its steps; the rest is advice for somebody who uses the cluster by hand.
                OnLine = line =>
                {
                    if (line.StartsWith(' '))
                    {
                        TestContext.Progress.WriteLine($"{name}: {line.Trim()}");
                    }
                },
            },
            cancellationToken);
    }

    private static async Task Ready(KubeContext context, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var api = AdapterSet.KubernetesApi(context);
        await Eventually.Within(
            patience,
            async token =>
            {
                var nodes = await api.List(ResourceKind.Node, null, null, token);
                nodes.Where(node => !Nodes.IsReady(node)).Select(node => node.Name).ShouldBeEmpty("nodes that are not ready");
            },
            "workers join after kind has returned",
            cancellationToken);
    }
}
