using k8s.Models;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>One write to the cluster.</summary>
internal sealed record Change
{
    public required V1Service Service { get; init; }
    public required HealthPolicy Policy { get; init; }
    public required Verdict Verdict { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }

    /// <summary>The pod as it was when this was decided.</summary>
    public V1Pod? Pod { get; init; }

    /// <summary>Every endpoint of the Service and whether it serves, for slices, which are written as a whole.</summary>
    public IReadOnlyDictionary<string, bool> Readiness { get; init; } = new Dictionary<string, bool>();
}

/// <summary>What became of a change.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    internal sealed record Done : ApplyOutcome;

    /// <summary>The object is gone or differs from what was decided about: there is nothing to change.</summary>
    internal sealed record Obsolete(string Why) : ApplyOutcome;

    /// <summary>Not written. The next pass decides again.</summary>
    internal sealed record Failed(string Why, TimeSpan? RetryAfter) : ApplyOutcome;
}
