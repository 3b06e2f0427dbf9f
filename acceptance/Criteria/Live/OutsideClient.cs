using DotNet.Testcontainers.Containers;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A client in the nodes' network that is neither node nor pod: a container with a route to the pods.</summary>
public sealed class OutsideClient : IAsyncDisposable
{
    /// <summary>The nodes' ranges are small here: one of this many containers gets an address outside of them.</summary>
    private const int Tries = 16;

    private readonly ContainerEngine engine;
    private readonly List<IContainer> containers = [];

    private OutsideClient(ContainerEngine engine) => this.engine = engine;

    private IContainer Self => containers[^1];

    /// <summary>Starts one whose address is in none of the nodes' ranges; null if the nodes are not containers on this machine.</summary>
    public static async Task<OutsideClient?> Beside(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (!cluster.Cluster.Capabilities.NodesAreContainers
            || await cluster.Engine.ImageId(SuiteSettings.Current.SmallImage, cancellationToken) is null)
        {
            return null;
        }

        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var network = await Network(cluster, nodes[0], cancellationToken);
        var range = IPNetwork.Parse(Delivery.TestPlatform.NodeRange(nodes));
        var run = await RunSession.Current;
        var outsider = new OutsideClient(cluster.Engine);
        do
        {
            var container = (await ContainerEngine.Container(SuiteSettings.Current.SmallImage, cancellationToken))
                .WithName($"{cluster.Cluster.Name}-outsider-{outsider.containers.Count}-{run.Session.Id}")
                .WithCommand("sleep", "600")
                .WithNetwork(network)
                .WithPrivileged(true) // for its route
                .Build();
            outsider.containers.Add(container);
            await container.StartAsync(cancellationToken);
        }
        while (range.Contains(IPAddress.Parse(outsider.Self.IpAddress)) && outsider.containers.Count < Tries);

        return outsider;
    }

    /// <summary>The Docker network of the nodes.</summary>
    internal static async Task<string> Network(LiveCluster cluster, Resource node, CancellationToken cancellationToken) =>
        (await cluster.Engine.Find(node.Name, cancellationToken))!.NetworkSettings!.Networks!.Keys.First();

    /// <summary>Queries the pod over UDP; true if any answer arrives.</summary>
    public async Task<bool> IsAnswered(LiveCluster cluster, Resource pod, string name, CancellationToken cancellationToken)
    {
        var address = Pods.Address(pod);
        var route = await Self.ExecAsync(["ip", "route", "replace", address, "via", pod.Text("status.hostIP")!], cancellationToken);
        route.ExitCode.ShouldBe(0, $"without a route to {pod.Name} nothing would be asked: {route.Stderr}");
        var asked = await Self.ExecAsync(["timeout", "4", "nslookup", "-type=a", name, address], cancellationToken);
        return asked.ExitCode == 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in containers)
        {
            await engine.Remove(container.Name.TrimStart('/'), CancellationToken.None);
        }
    }
}
