using k8s;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Api;

/// <summary>All requests about single objects. Errors are <see cref="ApiException"/> and network exceptions.</summary>
internal interface IObjectApi
{
    Task<V1Pod?> FindPodAsync(ObjectName name, CancellationToken cancellationToken);

    Task<V1Pod> PatchPodAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken);

    Task<V1Pod> PatchPodStatusAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken);

    /// <summary>Creates it; a conflict if one of this name exists, whoever created it.</summary>
    Task<V1EndpointSlice> CreateSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken);

    Task<V1EndpointSlice> PatchSliceAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken);

    /// <summary>Lists the slices with this controller's label.</summary>
    Task<IList<V1EndpointSlice>> ListSlicesAsync(ObjectName service, CancellationToken cancellationToken);

    /// <summary>The slice of this name, with any label.</summary>
    Task<V1EndpointSlice?> FindSliceAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>Deletes exactly this version of it.</summary>
    Task DeleteSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken);

    /// <summary>The selector of a ReplicaSet, StatefulSet or DaemonSet; null if the object does not exist.</summary>
    Task<V1LabelSelector?> FindSelectorAsync(string kind, ObjectName name, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class ObjectApi(ApiClient client) : IObjectApi
{
    public Task<V1Pod?> FindPodAsync(ObjectName name, CancellationToken cancellationToken) => client.FindAsync(
        (api, token) => api.CoreV1.ReadNamespacedPodAsync(name.Name, name.Namespace, cancellationToken: token), cancellationToken);

    public Task<V1Pod> PatchPodAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) => client.CallAsync(
        (api, token) => api.CoreV1.PatchNamespacedPodAsync(patch, name.Name, name.Namespace, cancellationToken: token),
        cancellationToken);

    public Task<V1Pod> PatchPodStatusAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) => client.CallAsync(
        (api, token) => api.CoreV1.PatchNamespacedPodStatusAsync(patch, name.Name, name.Namespace, cancellationToken: token),
        cancellationToken);

    public Task<V1EndpointSlice> CreateSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken) => client.CallAsync(
        (api, token) => api.DiscoveryV1.CreateNamespacedEndpointSliceAsync(
            slice, slice.Metadata.NamespaceProperty, fieldManager: Annotations.ManagedBy, cancellationToken: token),
        cancellationToken);

    public Task<V1EndpointSlice> PatchSliceAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) => client.CallAsync(
        (api, token) => api.DiscoveryV1.PatchNamespacedEndpointSliceAsync(
            patch, name.Name, name.Namespace, fieldManager: Annotations.ManagedBy, cancellationToken: token),
        cancellationToken);

    public async Task<IList<V1EndpointSlice>> ListSlicesAsync(ObjectName service, CancellationToken cancellationToken) =>
        (await client.CallAsync(
            (api, token) => api.DiscoveryV1.ListNamespacedEndpointSliceAsync(
                service.Namespace, labelSelector: OwnSlices.SelectorOf(service), cancellationToken: token),
            cancellationToken)).Items;

    /// <summary>A list, because the controller's account may list slices and may not get them.</summary>
    public async Task<V1EndpointSlice?> FindSliceAsync(ObjectName name, CancellationToken cancellationToken) =>
        (await client.CallAsync(
            (api, token) => api.DiscoveryV1.ListNamespacedEndpointSliceAsync(
                name.Namespace, fieldSelector: $"metadata.name={name.Name}", cancellationToken: token),
            cancellationToken)).Items.FirstOrDefault(slice => slice.Metadata.Name == name.Name);

    public Task DeleteSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken) => client.FindAsync(
        (api, token) => api.DiscoveryV1.DeleteNamespacedEndpointSliceAsync(
            slice.Metadata.Name, slice.Metadata.NamespaceProperty,
            new V1DeleteOptions
            {
                Preconditions = new V1Preconditions { ResourceVersion = slice.Metadata.ResourceVersion, Uid = slice.Metadata.Uid },
            },
            cancellationToken: token),
        cancellationToken);

    public async Task<V1LabelSelector?> FindSelectorAsync(string kind, ObjectName name, CancellationToken cancellationToken) => kind switch
    {
        "ReplicaSet" => (await client.FindAsync(
            (api, token) => api.AppsV1.ReadNamespacedReplicaSetAsync(name.Name, name.Namespace, cancellationToken: token),
            cancellationToken))?.Spec.Selector,
        "StatefulSet" => (await client.FindAsync(
            (api, token) => api.AppsV1.ReadNamespacedStatefulSetAsync(name.Name, name.Namespace, cancellationToken: token),
            cancellationToken))?.Spec.Selector,
        "DaemonSet" => (await client.FindAsync(
            (api, token) => api.AppsV1.ReadNamespacedDaemonSetAsync(name.Name, name.Namespace, cancellationToken: token),
            cancellationToken))?.Spec.Selector,
        _ => null,
    };
}

/// <summary>The namespace and name of one object; the namespace is null for kinds that have none.</summary>
internal readonly record struct ObjectName(string? Namespace, string Name)
{
    /// <summary>Parses <c>namespace/name</c>.</summary>
    public static bool TryParse(string text, out ObjectName name)
    {
        var parts = text.Split('/');
        name = parts.Length == 2 ? new ObjectName(parts[0], parts[1]) : default;
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0;
    }

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}

/// <summary>Extensions of the package's models.</summary>
internal static class ObjectExtensions
{
    public static ObjectName FullName(this IMetadata<V1ObjectMeta> item) => new(item.Metadata.NamespaceProperty, item.Metadata.Name);

    /// <summary>The status ("True", "False", "Unknown") of a condition; null if the pod does not have it.</summary>
    public static string? ConditionStatus(this V1Pod pod, string type) =>
        pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type)?.Status;

    /// <summary>The pods' port if it is a number; null for a name.</summary>
    public static int? TargetNumber(this V1ServicePort port) =>
        port.TargetPort?.Value is not { } target ? port.Port : int.TryParse(target, out var number) ? number : null;

    /// <summary>Compares resourceVersions of one kind as numbers (KEP-5504); one that is not a number is never behind.</summary>
    public static bool IsBehind(this V1ObjectMeta item, V1ObjectMeta known) =>
        ulong.TryParse(item.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && ulong.TryParse(known.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
        && version < seen;
}
