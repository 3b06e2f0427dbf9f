namespace PlatformGitOps.Controller.Probing;

/// <summary>What one probe found. Times are monotonic, since the process began: a clock that is set moves none of them.</summary>
public sealed record ProbeResult
{
    public required bool Healthy { get; init; }

    /// <summary>In a few words; goes into events and annotations.</summary>
    public required string Detail { get; init; }

    public required TimeSpan Started { get; init; }
    public required TimeSpan Completed { get; init; }

    public TimeSpan Duration => Completed - Started;
}
