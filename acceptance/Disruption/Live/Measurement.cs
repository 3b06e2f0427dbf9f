using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>A prober and a watch, from before a disturbance to after it.</summary>
public sealed class Measurement : IAsyncDisposable
{
    /// <summary>What is normal has to be seen before and after what is not.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private static readonly ICommands Commands = AdapterSet.Commands();
    private readonly LiveCluster cluster;
    private readonly ProberPod prober;
    private readonly EventWatch watch;
    private readonly ClockOffset offset;

    private Measurement(LiveCluster cluster, ProberPod prober, EventWatch watch, ClockOffset offset) =>
        (this.cluster, this.prober, this.watch, this.offset) = (cluster, prober, watch, offset);

    /// <summary>Asks at a steady pace from the control plane's node, which no disturbance takes away.</summary>
    public static async Task<Measurement> Start(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        var image = await new ProberImage(Commands, cluster.Engine).Ensure(cancellationToken);
        await Bring(image, cluster, cancellationToken);
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var node = nodes.FirstOrDefault(n => n.Labels.ContainsKey("node-role.kubernetes.io/control-plane")) ?? nodes[0];
        var prober = await ProberPod.Start(cluster, image, name, node.Name, cancellationToken);
        var watch = EventWatch.Start(cluster.Api);
        var offset = await prober.Offset(cancellationToken);
        await Task.Delay(Calm, TimeProvider.System, cancellationToken);
        return new Measurement(cluster, prober, watch, offset);
    }

    /// <summary>Says what the test does next, and what one would type for it.</summary>
    public void Doing(string command)
    {
        EvidenceLog.Command(command);
        watch.Note(ClusterEventKind.Action, command);
    }

    public void Saw(ClusterEventKind kind, string subject, string? detail = null) => watch.Note(kind, subject, detail);

    /// <returns>The timeline, and the prober's log it was made from.</returns>
    public async Task<(Timeline Timeline, string Log)> Stop(TimeSpan settle, CancellationToken cancellationToken)
    {
        await Task.Delay(settle + Calm, TimeProvider.System, cancellationToken);
        var log = await prober.Stop(cancellationToken);
        var journal = ProbeJournal.Read(log.Split('\n'));
        var sameClock = cluster.Cluster.Capabilities.NodesAreContainers;
        return (Timeline.Merge([journal], watch.Events, sameClock ? ClockOffset.Same : offset), log);
    }

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        await prober.Remove(CancellationToken.None);
    }

    private static async Task Bring(string image, LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Cluster.Capabilities.Kind == "kind")
        {
            await Commands.Run(new CommandLine("kind", "load", "docker-image", image, "--name", cluster.Cluster.Name), cancellationToken);
        }
        else
        {
            cluster.Needs(
                image == Settings.SuiteSettings.Current.ProberImage, "the prober's image is on this machine only; push it and name it in the setting prober-image");
        }
    }
}
