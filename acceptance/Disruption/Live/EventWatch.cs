using System.Collections.Concurrent;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>Watches the DNS pods, their endpoints and the nodes, and notes what happens to them and what the test does.</summary>
public sealed class EventWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentQueue<ClusterEvent> events = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;

    private EventWatch(IKubernetesApi api) => watching = Task.WhenAll(
        Follow(() => api.Watch(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", stop.Token)),
        Follow(() => api.Watch(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", stop.Token)),
        Follow(() => api.Watch(ResourceKind.Node, null, null, stop.Token)));

    public IReadOnlyList<ClusterEvent> Events => [.. events];

    public static EventWatch Start(IKubernetesApi api) => new(api);

    /// <summary>Something the suite itself does or sees.</summary>
    public void Note(ClusterEventKind kind, string subject, string? detail = null) =>
        events.Enqueue(new ClusterEvent(TimeProvider.System.GetUtcNow(), kind, subject, detail));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    /// <summary>What was known is kept while the API server is away, so that only what changed meanwhile is news afterwards.</summary>
    private async Task Follow(Func<IAsyncEnumerable<ResourceChange>> watch)
    {
        var translator = new EventTranslator();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in watch())
                {
                    foreach (var happened in translator.Next(change, TimeProvider.System.GetUtcNow()))
                    {
                        events.Enqueue(happened);
                    }
                }
            }
            catch (KubernetesApiException)
            {
                await Task.WhenAny(Task.Delay(Pause, TimeProvider.System, stop.Token));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
