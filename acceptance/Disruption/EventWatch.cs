using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Watches DNS pods, their endpoints and the nodes.</summary>
public static class EventWatch
{
    /// <summary>Longer than any disruption keeps the API server away.</summary>
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    /// <summary>Watches until cancelled; the task ends then.</summary>
    public static Task Start(LiveCluster cluster, Action<ClusterEvent> report, CancellationToken cancellationToken) => Task.WhenAll(
        Follow(cluster, ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", Translated(report), cancellationToken),
        Follow(cluster, ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", Translated(report),
            cancellationToken),
        Follow(cluster, ResourceKind.Node, null, null, Translated(report), cancellationToken));

    /// <summary>Reports the current objects and then every change until cancelled, also after an outage of the API server.</summary>
    public static async Task Follow(
        LiveCluster cluster, ResourceKind kind, string? inNamespace, string? labels, Action<ResourceChange> report,
        CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // What a watch begins with. The API server may be down: one of the disruptions.
                await Eventually.Within(
                    LongestAbsence, token => cluster.Api.List(kind, inNamespace, labels, token),
                    $"{kind.Plural} are watched while the API server answers", cancellationToken);
                await foreach (var change in cluster.Api.Watch(kind, inNamespace, labels, cancellationToken))
                {
                    report(change);
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
    private static Action<ResourceChange> Translated(Action<ClusterEvent> report)
    {
        var translator = new EventTranslator();
        return change =>
        {
            foreach (var happened in translator.Next(change, TimeProvider.System.GetUtcNow()))
            {
                report(happened);
            }
        };
    }
}

/// <summary>Turns changes of pods, endpoint slices and nodes into events.</summary>
public sealed class EventTranslator
{
    private readonly Dictionary<string, IReadOnlySet<string>> before = [];

    public IReadOnlyList<ClusterEvent> Next(ResourceChange change, DateTimeOffset at)
    {
        var resource = change.Resource;
        var key = $"{resource.Kind}/{resource.Namespace}/{resource.Name}";
        var known = before.TryGetValue(key, out var facts);
        var now = change.Kind == ResourceChangeKind.Deleted ? new HashSet<string>() : Facts(resource);
        before[key] = now;

        // What is there when it is first seen did not just happen: the watch begins with everything there is, and a new pod is not
        // ready yet.
        return known ? [.. Differences(resource, facts!, now, change.Kind).Select(d => new ClusterEvent(at, d.Kind, d.Subject))] : [];
    }

    private static IReadOnlySet<string> Facts(Resource resource) => resource.Kind switch
    {
        "Pod" => new[] { ("ready", Conditions.Holds(resource, "Ready")),
            ("deleted", resource.Text("metadata.deletionTimestamp") is not null) }
            .Where(f => f.Item2).Select(f => f.Item1).ToHashSet(),
        "Node" => new[] { ("ready", Conditions.Holds(resource, "Ready")), ("cordoned", resource.Flag("spec.unschedulable") == true) }
            .Where(f => f.Item2).Select(f => f.Item1).ToHashSet(),
        "EndpointSlice" => resource.Parts("endpoints").Where(e => e.Flag("conditions.ready") != false).SelectMany(e => e.Texts("addresses"))
            .ToHashSet(),
        _ => new HashSet<string>(),
    };

    private static IEnumerable<(ClusterEventKind Kind, string Subject)> Differences(
        Resource resource, IReadOnlySet<string> was, IReadOnlySet<string> now, ResourceChangeKind kind)
    {
        switch (resource.Kind)
        {
            case "Pod" when kind == ResourceChangeKind.Deleted:
                yield return (ClusterEventKind.PodGone, resource.Name);
                break;
            case "Pod":
                if (now.Contains("deleted") && !was.Contains("deleted"))
                {
                    yield return (ClusterEventKind.PodDeleted, resource.Name);
                }
                else if (now.Contains("ready") && !was.Contains("ready"))
                {
                    yield return (ClusterEventKind.PodReady, resource.Name);
                }

                break;
            case "Node":
                if (now.Contains("cordoned") && !was.Contains("cordoned"))
                {
                    yield return (ClusterEventKind.NodeCordoned, resource.Name);
                }

                if (now.Contains("ready") != was.Contains("ready"))
                {
                    yield return (now.Contains("ready") ? ClusterEventKind.NodeReady : ClusterEventKind.NodeNotReady, resource.Name);
                }

                break;
            case "EndpointSlice":
                foreach (var address in was.Except(now).Order(StringComparer.Ordinal))
                {
                    yield return (ClusterEventKind.EndpointRemoved, address);
                }

                foreach (var address in now.Except(was).Order(StringComparer.Ordinal))
                {
                    yield return (ClusterEventKind.EndpointAdded, address);
                }

                break;
        }
    }
}

/// <summary>Something that happened, on the suite's clock.</summary>
/// <param name="Subject">The pod, node or endpoint it happened to.</param>
public sealed record ClusterEvent(DateTimeOffset At, ClusterEventKind Kind, string Subject, string? Detail = null);

/// <summary>What can happen to a cluster while it is probed.</summary>
public enum ClusterEventKind
{
    /// <summary>The suite did something: a restart, a drain, a change.</summary>
    Action,
    PodDeleted,
    PodGone,
    PodReady,
    EndpointRemoved,
    EndpointAdded,
    NodeCordoned,
    NodeStopped,
    NodeNotReady,
    NodeReady,
    ApiServerDown,
    ApiServerUp,
}
