namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Something that happened, on the suite's clock.</summary>
/// <param name="Subject">The pod, node or endpoint it happened to.</param>
public sealed record ClusterEvent(DateTimeOffset At, ClusterEventKind Kind, string Subject, string? Detail = null);
