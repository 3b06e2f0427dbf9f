using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>One thing to be written to the cluster.</summary>
public sealed record Change
{
    public required Service Service { get; init; }
    public required HealthPolicy Policy { get; init; }
    public required Verdict Verdict { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }

    /// <summary>The pod as it was when this was decided.</summary>
    public Pod? Pod { get; init; }

    /// <summary>For own slices: every address with whether it is to be ready after this change.</summary>
    public IReadOnlyDictionary<string, bool> Readiness { get; init; } = new Dictionary<string, bool>();
}
