namespace PlatformGitOps.Acceptance.Disruption;

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
