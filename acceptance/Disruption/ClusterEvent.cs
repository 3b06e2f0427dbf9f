namespace PlatformGitOps.Acceptance.Disruption;

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
