namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>What a kind of cluster lets the criteria see; a criterion that needs more says so and is skipped.</summary>
/// <param name="WorkerNodes">Nodes that take workloads.</param>
/// <param name="NodesAreContainers">Nodes can be looked into, stopped and killed through the container engine, by their names.</param>
/// <param name="ApiServerIsStaticPod">It can be stopped by itself, by taking its manifest away from the node's kubelet.</param>
/// <param name="EnforcesNetworkPolicy">Null where only a trial tells.</param>
public sealed record ClusterCapabilities(string Kind, int WorkerNodes, bool NodesAreContainers, bool ApiServerIsStaticPod, bool? EnforcesNetworkPolicy);
