using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What happens to DNS pods, their endpoints and the nodes, as the API server tells it.</summary>
public static class EventWatch
{
    /// <summary>Watches until cancelled; the task ends then.</summary>
    public static Task Start(LiveCluster cluster, Action<ClusterEvent> tell, CancellationToken cancellationToken) => Task.WhenAll(
        Follow(cluster, ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", Pods(tell), cancellationToken),
        Follow(cluster, ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", Endpoints(tell), cancellationToken),
        Follow(cluster, ResourceKind.Node, null, null, NodeStates(tell), cancellationToken));

    private static async Task Follow(
        LiveCluster cluster, ResourceKind kind, string? inNamespace, string? selector, Action<ResourceChange, bool> see, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in cluster.Api.Watch(kind, inNamespace, selector, cancellationToken))
                {
                    // What is there at the beginning is no event.
                    see(change, TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(1));
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (KubernetesApiException)
            {
                await Pause(cancellationToken); // the API server is down: one of the disruptions
            }
        }
    }

    private static async Task Pause(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The watching ends.
        }
    }

    private static Action<ResourceChange, bool> Pods(Action<ClusterEvent> tell) => Differences(tell, change => change.Kind == ResourceChangeKind.Deleted
        ? [(ClusterEventKind.PodGone, change.Resource.Name)]
        : change.Resource.Text("metadata.deletionTimestamp") is not null ? [(ClusterEventKind.PodDeleted, change.Resource.Name)]
        : Conditions.Holds(change.Resource, "Ready") ? [(ClusterEventKind.PodReady, change.Resource.Name)] : []);

    private static Action<ResourceChange, bool> NodeStates(Action<ClusterEvent> tell) => Differences(tell, change =>
        change.Resource.Flag("spec.unschedulable") == true ? [(ClusterEventKind.NodeCordoned, change.Resource.Name)]
        : [(Nodes.IsReady(change.Resource) ? ClusterEventKind.NodeReady : ClusterEventKind.NodeNotReady, change.Resource.Name)]);

    /// <summary>Tells a state when it is not the one told last for the same resource.</summary>
    private static Action<ResourceChange, bool> Differences(
        Action<ClusterEvent> tell, Func<ResourceChange, IReadOnlyList<(ClusterEventKind Kind, string Subject)>> states)
    {
        var last = new Dictionary<string, ClusterEventKind>();
        return (change, isEvent) =>
        {
            foreach (var (kind, subject) in states(change))
            {
                var isNew = !last.TryGetValue(subject, out var before) || before != kind;
                last[subject] = kind;
                if (isNew && isEvent)
                {
                    tell(new ClusterEvent(TimeProvider.System.GetUtcNow(), kind, subject));
                }
            }
        };
    }

    private static Action<ResourceChange, bool> Endpoints(Action<ClusterEvent> tell)
    {
        var ready = new Dictionary<string, HashSet<string>>();
        return (change, isEvent) =>
        {
            var now = change.Kind == ResourceChangeKind.Deleted
                ? []
                : change.Resource.Parts("endpoints").Where(endpoint => endpoint.Flag("conditions.ready") != false)
                    .SelectMany(endpoint => endpoint.Texts("addresses")).ToHashSet();
            var before = ready.GetValueOrDefault(change.Resource.Name) ?? [];
            ready[change.Resource.Name] = now;
            if (isEvent)
            {
                var at = TimeProvider.System.GetUtcNow();
                now.Except(before).ToList().ForEach(address => tell(new ClusterEvent(at, ClusterEventKind.EndpointAdded, address)));
                before.Except(now).ToList().ForEach(address => tell(new ClusterEvent(at, ClusterEventKind.EndpointRemoved, address)));
            }
        };
    }
}
