using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What happens to DNS pods, their endpoints and the nodes, as the API server tells it.</summary>
public static class EventWatch
{
    /// <summary>Longer than any disruption keeps the API server away.</summary>
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    /// <summary>Watches until cancelled; the task ends then.</summary>
    public static Task Start(LiveCluster cluster, Action<ClusterEvent> tell, CancellationToken cancellationToken) => Task.WhenAll(
        Follow(cluster, ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", Translated(tell), cancellationToken),
        Follow(cluster, ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", Translated(tell), cancellationToken),
        Follow(cluster, ResourceKind.Node, null, null, Translated(tell), cancellationToken));

    /// <summary>Tells what there is and then every change until cancelled, and goes on when the API server has been away.</summary>
    public static async Task Follow(
        LiveCluster cluster, ResourceKind kind, string? inNamespace, string? labels, Action<ResourceChange> tell, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // What a watch begins with. The API server may be down: one of the disruptions.
                await Eventually.Within(
                    LongestAbsence, token => cluster.Api.List(kind, inNamespace, labels, token), $"{kind.Plural} are watched while the API server answers", cancellationToken);
                await foreach (var change in cluster.Api.Watch(kind, inNamespace, labels, cancellationToken))
                {
                    tell(change);
                }
            }
            catch (KubernetesApiException)
            {
                // The connection is lost; it is taken up again.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>What was known is kept while the API server is away, so that only what changed meanwhile is news afterwards.</summary>
    private static Action<ResourceChange> Translated(Action<ClusterEvent> tell)
    {
        var translator = new EventTranslator();
        return change =>
        {
            foreach (var happened in translator.Next(change, TimeProvider.System.GetUtcNow()))
            {
                tell(happened);
            }
        };
    }
}
