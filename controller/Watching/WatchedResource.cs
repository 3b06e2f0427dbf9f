using k8s;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A kind of objects in one namespace or in all: how to list and watch it, and which fields to keep.</summary>
internal sealed record WatchedResource<T>
{
    public required string Plural { get; init; }

    /// <summary>For example <c>api/v1/namespaces/shop/pods</c>.</summary>
    public required string Path { get; init; }

    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>Reads one page of the list, after a continue token.</summary>
    public required Func<IKubernetes, Page, CancellationToken, Task<(V1ListMeta Metadata, IList<T>? Items)>> List { get; init; }

    /// <summary>Removes unused fields, so that ten thousand pods fit into memory (client-go: TransformFunc).</summary>
    public Func<T, T> Transform { get; init; } = item => item;

    public string WatchPath(string version, int timeoutSeconds)
    {
        var query =
            $"{Path}?watch=1&allowWatchBookmarks=true&timeoutSeconds={timeoutSeconds}&resourceVersion={Uri.EscapeDataString(version)}";
        return query
            + (LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(LabelSelector)}")
            + (FieldSelector is null ? "" : $"&fieldSelector={Uri.EscapeDataString(FieldSelector)}");
    }
}

/// <param name="Limit">The maximum number of objects; null for all.</param>
/// <param name="Continue">The token of the previous page; null for the first one.</param>
internal sealed record Page(int? Limit, string? Continue);

/// <summary>The kinds that this program watches.</summary>
internal static class WatchedResources
{
    /// <summary>The scopes of lists and watches: each namespace, or null for all of them at once.</summary>
    public static IReadOnlyList<string?> Scopes(IReadOnlyList<string> namespaces) =>
        namespaces.Count == 0 ? [null] : [.. namespaces];

    public static WatchedResource<V1Service> Services(string? ns) => new()
    {
        Plural = "services",
        Path = Scoped("api/v1", ns, "services"),
        List = async (api, page, token) =>
        {
            var list = ns is null
                ? await api.CoreV1.ListServiceForAllNamespacesAsync(
                    limit: page.Limit, continueParameter: page.Continue, cancellationToken: token)
                : await api.CoreV1.ListNamespacedServiceAsync(
                    ns, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token);
            return (list.Metadata, list.Items);
        },
        Transform = service =>
        {
            service.Metadata.ManagedFields = null;
            service.Status = null;
            return service;
        },
    };

    public static WatchedResource<V1Pod> Pods(string? ns)
    {
        const string running = "status.phase=Running";
        return new()
        {
            Plural = "pods",
            Path = Scoped("api/v1", ns, "pods"),
            FieldSelector = running,
            List = async (api, page, token) =>
            {
                var list = ns is null
                    ? await api.CoreV1.ListPodForAllNamespacesAsync(
                        fieldSelector: running, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token)
                    : await api.CoreV1.ListNamespacedPodAsync(
                        ns, fieldSelector: running, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token);
                return (list.Metadata, list.Items);
            },
            Transform = Trim,
        };
    }

    public static WatchedResource<V1EndpointSlice> EndpointSlices(string? ns) => new()
    {
        Plural = "endpointslices",
        Path = Scoped("apis/discovery.k8s.io/v1", ns, "endpointslices"),
        LabelSelector = OwnSlices.Selector,
        List = async (api, page, token) =>
        {
            var list = ns is null
                ? await api.DiscoveryV1.ListEndpointSliceForAllNamespacesAsync(
                    labelSelector: OwnSlices.Selector, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token)
                : await api.DiscoveryV1.ListNamespacedEndpointSliceAsync(
                    ns, labelSelector: OwnSlices.Selector, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token);
            return (list.Metadata, list.Items);
        },
    };

    /// <summary>A single ConfigMap, so that RBAC can be limited to it.</summary>
    public static WatchedResource<V1ConfigMap> ConfigMap(ObjectName name)
    {
        var selector = $"metadata.name={name.Name}";
        return new()
        {
            Plural = "configmaps",
            Path = Scoped("api/v1", name.Namespace, "configmaps"),
            FieldSelector = selector,
            List = async (api, page, token) =>
            {
                var list = await api.CoreV1.ListNamespacedConfigMapAsync(
                    name.Namespace, fieldSelector: selector, limit: page.Limit, continueParameter: page.Continue, cancellationToken: token);
                return (list.Metadata, list.Items);
            },
        };
    }

    private static string Scoped(string api, string? ns, string plural) =>
        ns is null ? $"{api}/{plural}" : $"{api}/namespaces/{ns}/{plural}";

    private static IEnumerable<V1Container> WithPorts(IEnumerable<V1Container>? containers) =>
        (containers ?? []).Where(container => container.Ports is { Count: > 0 })
            .Select(container =>
                new V1Container { Name = container.Name, Ports = container.Ports, RestartPolicy = container.RestartPolicy });

    /// <summary>Removes unused fields, which are most of a pod.</summary>
    public static V1Pod Trim(V1Pod pod) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = pod.Metadata.Name,
            NamespaceProperty = pod.Metadata.NamespaceProperty,
            Uid = pod.Metadata.Uid,
            ResourceVersion = pod.Metadata.ResourceVersion,
            DeletionTimestamp = pod.Metadata.DeletionTimestamp,
            Labels = pod.Metadata.Labels,
            Annotations = pod.Metadata.Annotations,
            OwnerReferences = pod.Metadata.OwnerReferences?.Where(owner => owner.Controller == true).ToArray(),
        },
        Spec = new V1PodSpec
        {
            NodeName = pod.Spec?.NodeName,
            ReadinessGates = pod.Spec?.ReadinessGates,
            Containers = [.. WithPorts(pod.Spec?.Containers)],
            InitContainers = WithPorts(pod.Spec?.InitContainers).ToArray() is { Length: > 0 } sidecars ? sidecars : null,
        },
        Status = new V1PodStatus
        {
            Phase = pod.Status?.Phase,
            PodIP = pod.Status?.PodIP,
            // For a pod with one address the list only repeats it.
            PodIPs = pod.Status?.PodIPs is { Count: > 1 } several ? several : null,
            Conditions =
            [
                .. (pod.Status?.Conditions ?? [])
                    .Select(condition => new V1PodCondition { Type = condition.Type, Status = condition.Status }),
            ],
        },
    };
}
