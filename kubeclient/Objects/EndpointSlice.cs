namespace PlatformGitOps.KubeClient.Objects;

public sealed record EndpointSlice : IKubeObject
{
    /// <summary>The label that names the Service a slice belongs to.</summary>
    public const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The label that says which controller owns a slice; the built-in one leaves slices of others alone (KEP-752).</summary>
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    public string ApiVersion { get => field ?? "discovery.k8s.io/v1"; init; }
    public string Kind { get => field ?? "EndpointSlice"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public string AddressType { get => field ?? "IPv4"; init; }
    public IReadOnlyList<Endpoint>? Endpoints { get; init; }
    public IReadOnlyList<EndpointPort>? Ports { get; init; }
}
