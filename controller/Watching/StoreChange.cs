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
}
