using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient.Objects;

/// <summary>The resource types that have a record.</summary>
public static class Resources
{
    public static ResourceType<Service> Services { get; } = new("", "v1", "services", true, KubeJson.Default.Service);
    public static ResourceType<Pod> Pods { get; } = new("", "v1", "pods", true, KubeJson.Default.Pod);
    public static ResourceType<Node> Nodes { get; } = new("", "v1", "nodes", false, KubeJson.Default.Node);
    public static ResourceType<Event> Events { get; } = new("", "v1", "events", true, KubeJson.Default.Event);

    public static ResourceType<EndpointSlice> EndpointSlices { get; } =
        new("discovery.k8s.io", "v1", "endpointslices", true, KubeJson.Default.EndpointSlice);

    public static ResourceType<Lease> Leases { get; } =
        new("coordination.k8s.io", "v1", "leases", true, KubeJson.Default.Lease);
}
