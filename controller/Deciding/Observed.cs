using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Deciding;

/// <summary>Everything a decision about one Service rests on.</summary>
public sealed record Observed
{
    public required ObjectName Service { get; init; }
    public required IReadOnlyList<ObservedEndpoint> Endpoints { get; init; }

    /// <summary>The caches follow the API server. When they do not, what is seen here may be long gone.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Judges whether a failure that began at this moment is the endpoints' or this process's own.</summary>
    public required Func<TimeSpan, VantageView> Vantage { get; init; }
}
