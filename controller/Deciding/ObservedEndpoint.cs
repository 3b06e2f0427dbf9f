namespace PlatformGitOps.Controller.Deciding;

/// <summary>One endpoint as it is seen at the moment of deciding.</summary>
public sealed record ObservedEndpoint
{
    /// <summary>Unique in its Service: a pod's name, or an address.</summary>
    public required string Id { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node, or the address where no node is known.</summary>
    public required string Place { get; init; }

    public required EndpointHistory History { get; init; }
}
