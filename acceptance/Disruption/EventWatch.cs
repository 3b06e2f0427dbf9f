using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What happens to DNS pods, their endpoints and the nodes, as the API server tells it.</summary>
public static class EventWatch
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Watches until cancelled; the task ends then.</summary>
    public static Task Start(LiveCluster cluster, Action<ClusterEvent> tell, CancellationToken cancellationToken) => Task.WhenAll(
        Follow(() => cluster.Api.Watch(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", cancellationToken), tell, cancellationToken),
        Follow(() => cluster.Api.Watch(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", cancellationToken), tell, cancellationToken),
        Follow(() => cluster.Api.Watch(ResourceKind.Node, null, null, cancellationToken), tell, cancellationToken));

    /// <summary>What was known is kept while the API server is away, so that only what changed meanwhile is news afterwards.</summary>
    private static async Task Follow(Func<IAsyncEnumerable<ResourceChange>> watch, Action<ClusterEvent> tell, CancellationToken cancellationToken)
    {
        var translator = new EventTranslator();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in watch())
                {
                    foreach (var happened in translator.Next(change, TimeProvider.System.GetUtcNow()))
                    {
                        tell(happened);
                    }
                }
            }
            catch (KubernetesApiException)
            {
                // The API server is down: one of the disruptions.
                await Task.WhenAny(Task.Delay(Pause, TimeProvider.System, cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
