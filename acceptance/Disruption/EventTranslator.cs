using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Turns changes of pods, endpoint slices and nodes into events: what was so before, and is not any more.</summary>
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

        // What is there when it is first seen did not just happen: the watch begins with everything there is, and a new pod is not ready yet.
        return known ? [.. Differences(resource, facts!, now, change.Kind).Select(d => new ClusterEvent(at, d.Kind, d.Subject))] : [];
    }

    private static IReadOnlySet<string> Facts(Resource resource) => resource.Kind switch
    {
        "Pod" => new[] { ("ready", Conditions.Holds(resource, "Ready")), ("deleted", resource.Text("metadata.deletionTimestamp") is not null) }
            .Where(f => f.Item2).Select(f => f.Item1).ToHashSet(),
        "Node" => new[] { ("ready", Conditions.Holds(resource, "Ready")), ("cordoned", resource.Flag("spec.unschedulable") == true) }
            .Where(f => f.Item2).Select(f => f.Item1).ToHashSet(),
        "EndpointSlice" => resource.Parts("endpoints").Where(e => e.Flag("conditions.ready") != false).SelectMany(e => e.Texts("addresses")).ToHashSet(),
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
