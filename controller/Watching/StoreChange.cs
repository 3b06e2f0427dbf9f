using k8s.Models;
using PlatformGitOps.Controller.Api;

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
    internal sealed record NotAsked(ObjectName Service) : StoreChange;
}
