using System.Net;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// A machine on the network of the nodes that is no node and no pod: a container beside them, which is given a route to the pods.
/// What it is answered, anybody near the cluster is answered.
/// </summary>
public sealed class OutsideClient : IAsyncDisposable
{
    /// <summary>Nodes' ranges are small here: of so many containers in a row one gets an address outside of them.</summary>
    private const int Tries = 16;

    private readonly IContainerEngine engine;
    private readonly List<Container> containers = [];

    private OutsideClient(IContainerEngine engine) => this.engine = engine;

    private Container Self => containers[^1];

    /// <summary>Starts one whose address is in none of the nodes' ranges; null where the nodes are no containers of this machine.</summary>
    public static async Task<OutsideClient?> Beside(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (!cluster.Cluster.Capabilities.NodesAreContainers
            || await cluster.Engine.ImageId(SuiteSettings.Current.SmallImage, cancellationToken) is null)
        {
            return null;
        }

        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var network = (await cluster.Engine.Find(nodes[0].Name, cancellationToken))!.Addresses.Keys.First();
        var range = IPNetwork.Parse(Delivery.TestPlatform.NodeRange(nodes));
        var run = await RunSession.Current;
        run.Session.WillMakeContainers();
        var outsider = new OutsideClient(cluster.Engine);
        do
        {
            outsider.containers.Add(await cluster.Engine.Run(
                new ContainerSpec
                {
                    Name = $"{cluster.Cluster.Name}-outsider-{outsider.containers.Count}-{run.Session.Id}",
                    Image = SuiteSettings.Current.SmallImage,
                    Command = ["sleep", "600"],
                    Labels = run.Labels,
                    Network = network,
                    Privileged = true, // for its route
                },
                cancellationToken));
        }
        while (range.Contains(IPAddress.Parse(outsider.Self.Addresses[network])) && outsider.containers.Count < Tries);

        return outsider;
    }

    /// <summary>Asks the pod for a name over UDP; whether an answer came, whatever it says.</summary>
    public async Task<bool> IsAnswered(LiveCluster cluster, Resource pod, string name, CancellationToken cancellationToken)
    {
        var address = Pods.Address(pod);
        await engine.Exec(Self.Name, ["ip", "route", "replace", address, "via", pod.Text("status.hostIP")!], cancellationToken);
        var asked = await engine.Exec(Self.Name, ["timeout", "4", "nslookup", "-type=a", name, address], cancellationToken);
        return asked.ExitCode == 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in containers)
        {
            await engine.Remove(container.Name, CancellationToken.None);
        }
    }
}
