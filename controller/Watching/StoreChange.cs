using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>What a delta means for the Services with health checks.</summary>
internal abstract record StoreChange
{
    private StoreChange()
    {
    }

    /// <summary>A new endpoint, or a new pod with the name of an old one.</summary>
    internal sealed record EndpointAdded(TrackedEndpoint Endpoint) : StoreChange;

    /// <summary>The Service or one of its endpoints changed.</summary>
    internal sealed record Updated(ManagedService Service) : StoreChange;

    internal sealed record Managed(ManagedService Service) : StoreChange;

    /// <summary>The Service has no health checks anymore. Its endpoints are still listed.</summary>
    internal sealed record Released(ManagedService Service) : StoreChange;

    internal sealed record Invalid(V1Service Service, IReadOnlyList<string> Problems) : StoreChange;

    /// <summary>Its problems, which do not prevent health checks, changed or not.</summary>
    internal sealed record Tolerated(ManagedService Service) : StoreChange;

    /// <summary>A slice with this controller's label appeared or changed.</summary>
    /// <param name="Slice">The slice, which another client may have created.</param>
    /// <param name="Service">The Service that it names; null if it does not exist.</param>
    internal sealed record SliceChanged(V1EndpointSlice Slice, V1Service? Service) : StoreChange;

    internal sealed record SliceGone(ObjectName Slice) : StoreChange;

    /// <summary>The Service is deleted, or has no health checks.</summary>
    internal sealed record NotEnabled(ObjectName Service) : StoreChange;
}

/// <summary>The objects of one namespace, by name: Services only select pods of their own namespace.</summary>
internal sealed class NamespaceObjects
{
    private readonly Dictionary<string, WriteState> _sliceWrites = new(StringComparer.Ordinal);

    public Dictionary<string, V1Service> Services { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ManagedService> Managed { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TrackedPod> Pods { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, (V1EndpointSlice Slice, long ReadAt)> Slices { get; } = new(StringComparer.Ordinal);

    /// <summary>Also for a Service without health checks, whose slices must be made ready.</summary>
    public WriteState SliceWrites(string service)
    {
        if (!_sliceWrites.TryGetValue(service, out var writes))
        {
            _sliceWrites[service] = writes = new WriteState();
        }

        return writes;
    }

    /// <summary>The pods that are certainly endpoints of the Service.</summary>
    public IEnumerable<TrackedPod> ServingPods(V1Service service) =>
        Pods.Values.Where(pod => !pod.Write.IsUncertain && EndpointResolver.Serves(service, pod.Pod));

    /// <summary>Counts the endpoints of a Service without health checks.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="hasIt">True if the pod to remove is one of them.</param>
    /// <param name="minimum">The minimum without an annotation.</param>
    public ServedService Count(V1Service service, bool hasIt, HealthyShare minimum)
    {
        var serving = ServingPods(service).Count();
        var taken = Pods.Values.Where(pod => EndpointResolver.IsRemovedFrom(service, pod.Pod)).ToArray();
        var uncertain = Pods.Values.Count(pod => pod.Write.IsUncertain && EndpointResolver.Serves(service, pod.Pod));
        return new ServedService
        {
            Name = service.FullName(),
            HasIt = hasIt,
            Serving = serving,
            Returning = taken.Count(pod => pod.Write.IsRunning),
            Total = serving + taken.Length + uncertain,
            MinHealthy = HealthyShare.TryParse(service.GetAnnotation(Annotations.MinHealthy)?.Trim() ?? "", out var share)
                ? share
                : minimum,
        };
    }
}
