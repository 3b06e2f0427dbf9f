using System.Net;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>One endpoint of a Service as the objects in the cluster show it.</summary>
public sealed record Member
{
    /// <summary>A pod's name, or an address.</summary>
    public required string Id { get; init; }

    /// <summary>Null for endpoints without a pod.</summary>
    public Pod? Pod { get; init; }

    public required IPEndPoint Address { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node; the address where no node is known.</summary>
    public required string Place { get; init; }

    /// <summary>Kubernetes holds its containers for ready, so a probe can be expected to be answered.</summary>
    public required bool Probed { get; init; }
}
