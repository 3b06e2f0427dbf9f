namespace PlatformGitOps.Acceptance.Criteria.Policies;

/// <summary>The pod that a workload sends to.</summary>
public sealed record Destination(string Namespace, IReadOnlyDictionary<string, string> Labels);
