using PlatformGitOps.Controller.Api;

namespace PlatformGitOps.Controller.Decisions;

/// <summary>The state of an endpoint in its Service.</summary>
internal enum EndpointState
{
    /// <summary>Kubernetes itself excludes it (not ready, terminating). This controller does nothing.</summary>
    NotReady,

    /// <summary>In DNS.</summary>
    Serving,

    /// <summary>Ready, but kept out of DNS by this controller.</summary>
    Out,
}

/// <summary>Everything that a decision about one Service depends on.</summary>
internal sealed record Observation
{
    public required ObjectName Service { get; init; }
    public required IReadOnlyList<ObservedEndpoint> Endpoints { get; init; }

    /// <summary>The caches follow the API server. When they do not, they may be out of date.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Whether a failure that began at this moment is the endpoint's or this process's own.</summary>
    public required Func<TimeSpan, PartitionView> Partition { get; init; }
}

/// <summary>One endpoint as it is at the moment of the decision.</summary>
internal sealed record ObservedEndpoint
{
    /// <summary>Unique in its Service: a pod's name, or an address.</summary>
    public required string Id { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node, or the address where no node is known.</summary>
    public required string Node { get; init; }

    public required EndpointHistory History { get; init; }
}
