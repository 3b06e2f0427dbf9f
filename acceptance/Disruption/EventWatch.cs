namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Watches DNS pods, their endpoints and nodes.</summary>
public static class EventWatch
{
    /// <summary>Longer than any disruption of the API server.</summary>
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    /// <summary>Watches until cancelled, when the task completes.</summary>
    public static Task Start(LiveCluster cluster, Action<ClusterEvent> report, CancellationToken cancellationToken) => Task.WhenAll(
        Follow(cluster, ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", Translated(report), cancellationToken),
        Follow(cluster, ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", Translated(report),
            cancellationToken),
        Follow(cluster, ResourceKind.Node, null, null, Translated(report), cancellationToken));

    /// <summary>Reports the current objects and then every change until cancelled, even after an outage of the API server.</summary>
    public static async Task Follow(
        LiveCluster cluster, ResourceKind kind, string? inNamespace, string? labels, Action<ResourceChange> report,
        CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // The first list. The API server may be down: that is one of the disruptions.
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
                // The connection is lost; the watch starts again.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Keeps known facts during an outage of the API server, so that only real changes are reported afterwards.</summary>
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

        // An object's first state is not an event: the watch begins with all existing objects, and a new pod is not ready yet.
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

/// <summary>An event in the cluster, by the suite's clock.</summary>
/// <param name="Subject">The pod, node or endpoint.</param>
public sealed record ClusterEvent(DateTimeOffset At, ClusterEventKind Kind, string Subject, string? Detail = null);

/// <summary>The kinds of events during a disruption.</summary>
public enum ClusterEventKind
{
    /// <summary>An action of the suite: a restart, a drain, a change.</summary>
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

public sealed class EventTranslatorTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Test]
    public void Objects_of_the_first_list_are_no_events() =>
        Translate(Pod(ready: true), Node(ready: true, cordoned: true), Slice("10.244.1.2")).ShouldBeEmpty();

    [Test]
    public void A_pod_becomes_ready_terminates_and_is_deleted() =>
        Translate(Pod(ready: false), Pod(ready: true), Pod(ready: true), Pod(ready: true, deleted: true), Pod(ready: false, deleted: true),
            Gone(Pod(ready: false, deleted: true)))
            .ShouldBe([(ClusterEventKind.PodReady, "coredns-1"), (ClusterEventKind.PodDeleted, "coredns-1"),
                (ClusterEventKind.PodGone, "coredns-1")]);

    [Test]
    public void Endpoints_come_and_go() =>
        Translate(Slice("10.244.1.2", "10.244.2.2"), Slice("10.244.2.2", "10.244.3.2")).ShouldBe(
            [(ClusterEventKind.EndpointRemoved, "10.244.1.2"), (ClusterEventKind.EndpointAdded, "10.244.3.2")]);

    [Test]
    public void A_node_is_cordoned_lost_and_found() =>
        Translate(Node(ready: true), Node(ready: true, cordoned: true), Node(ready: false, cordoned: true), Node(ready: true)).ShouldBe(
            [(ClusterEventKind.NodeCordoned, "worker"), (ClusterEventKind.NodeNotReady, "worker"), (ClusterEventKind.NodeReady, "worker")]);

    private static IEnumerable<(ClusterEventKind, string)> Translate(params ResourceChange[] changes)
    {
        var translator = new EventTranslator();
        return changes.SelectMany(change => translator.Next(change, Now)).Select(e => (e.Kind, e.Subject)).ToList();
    }

    private static ResourceChange Gone(ResourceChange change) => change with { Kind = ResourceChangeKind.Deleted };

    private static ResourceChange Pod(bool ready, bool deleted = false) => Change($$"""
        {
          "kind": "Pod",
          "metadata": {"name": "coredns-1", "namespace": "kube-system"
            {{(deleted ? ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\"" : "")}}},
          "status": {{Ready(ready)}}
        }
        """);

    private static ResourceChange Node(bool ready, bool cordoned = false) => Change($$"""
        {
          "kind": "Node",
          "metadata": {"name": "worker"},
          "spec": {"unschedulable": {{(cordoned ? "true" : "false")}}},
          "status": {{Ready(ready)}}
        }
        """);

    private static ResourceChange Slice(params string[] addresses) => Change($$"""
        {
          "kind": "EndpointSlice",
          "metadata": {"name": "kube-dns-x", "namespace": "kube-system"},
          "endpoints": [{{string.Join(',', addresses.Select(a => $$$"""{"addresses": ["{{{a}}}"], "conditions": {"ready": true}}"""))}}]
        }
        """);

    private static string Ready(bool ready) => $$"""{"conditions":[{"type":"Ready","status":"{{(ready ? "True" : "False")}}"}]}""";

    private static ResourceChange Change(string json) => new(ResourceChangeKind.Modified, new Resource((JsonObject)JsonNode.Parse(json)!));
}
