using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>What a delta means for the Services under health checks.</summary>
internal abstract record StoreChange
{
    private StoreChange()
    {
    }

    /// <summary>A new endpoint, or a pod of the same name in the place of another.</summary>
    internal sealed record EndpointAdded(TrackedEndpoint Endpoint) : StoreChange;

    /// <summary>The Service or one of its endpoints changed.</summary>
    internal sealed record Updated(ManagedService Service) : StoreChange;

    internal sealed record Managed(ManagedService Service) : StoreChange;

    /// <summary>No longer under health checks. Its endpoints are still in it.</summary>
    internal sealed record Released(ManagedService Service) : StoreChange;

    internal sealed record Invalid(V1Service Service, IReadOnlyList<string> Problems) : StoreChange;

    /// <summary>The Service is gone, or does not ask for health checks.</summary>
    internal sealed record NotEnabled(ObjectName Service) : StoreChange;
}

/// <summary>Everything of one namespace, by name: Services select pods of their own namespace only.</summary>
internal sealed class NamespaceObjects
{
    private readonly Dictionary<string, WriteState> _sliceWrites = new(StringComparer.Ordinal);

    public Dictionary<string, V1Service> Services { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ManagedService> Managed { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TrackedPod> Pods { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, (V1EndpointSlice Slice, long ReadAt)> Slices { get; } = new(StringComparer.Ordinal);

    /// <summary>Also of a Service that is no longer under health checks, whose slices are opened.</summary>
    public WriteState SliceWrites(string service)
    {
        if (!_sliceWrites.TryGetValue(service, out var writes))
        {
            _sliceWrites[service] = writes = new WriteState();
        }

        return writes;
    }
}
