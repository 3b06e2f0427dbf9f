using k8s.Models;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

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
