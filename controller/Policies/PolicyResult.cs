namespace PlatformGitOps.Controller.Policies;

/// <summary>What a Service's annotations come to.</summary>
public abstract record PolicyResult
{
    private PolicyResult()
    {
    }

    /// <summary>The Service did not ask.</summary>
    public sealed record NotAsked : PolicyResult;

    /// <summary>It asked, but not for something that can be done; nothing is done until it is corrected.</summary>
    public sealed record Invalid(IReadOnlyList<string> Problems) : PolicyResult;

    public sealed record Valid(HealthPolicy Policy) : PolicyResult;
}
