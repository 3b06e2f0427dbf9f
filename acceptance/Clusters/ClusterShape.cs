namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>What the definition says of a cluster, as far as a cluster has to be made to fit it.</summary>
/// <param name="Role">The cluster's name in the definition: infra or apps.</param>
public sealed record ClusterShape(string Role, string PodRange, string ServiceRange, string DnsAddress, string Domain);
