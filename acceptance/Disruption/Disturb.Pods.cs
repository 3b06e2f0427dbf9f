using System.Globalization;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

public static partial class Disturb
{
    /// <summary>Every eviction that the budget lets through, for half a minute.</summary>
    public static async Task EvictionStorm(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var (evicted, refused) = (0, 0);
        run.Note("coredns", "eviction storm");
        await foreach (
            var _ in Pace.Every(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken))
        {
            foreach (var pod in await cluster.StayingDnsPods(cancellationToken))
            {
                var went = await cluster.Api.Evict("kube-system", pod.Name, cancellationToken);
                (evicted, refused) = went ? (evicted + 1, refused) : (evicted, refused + 1);
            }
        }

        run.Note("coredns", string.Create(CultureInfo.InvariantCulture, $"{evicted} evictions went through, {refused} were refused"));
        refused.ShouldBeGreaterThan(0, "the budget refused nothing");
        await Settled(cluster, cancellationToken);
    }

    public static async Task ForceDelete(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var pod = (await cluster.DnsPods(cancellationToken))[0];
        run.Note(pod.Name, "deleted by force");
        await cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, "kube-system"), TimeSpan.Zero, cancellationToken);
        await Settled(cluster, cancellationToken);
    }

    public static async Task KillProcess(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var (pod, process) = (await NodeProcesses.OfDnsPods(cluster, cancellationToken))[0];
        run.Note(pod.Name, "process killed");
        await cluster.Engine.Exec(
            process.Node, ["sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -9 {process.Id}")], cancellationToken);
        await Settled(cluster, cancellationToken);
    }
}
