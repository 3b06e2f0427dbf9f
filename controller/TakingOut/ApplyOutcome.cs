namespace PlatformGitOps.Controller.TakingOut;

/// <summary>What became of a change.</summary>
public abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    public sealed record Done : ApplyOutcome;

    /// <summary>The object is gone, or is no longer what was judged: there is nothing to change.</summary>
    public sealed record Obsolete(string Why) : ApplyOutcome;

    /// <summary>Not now: decide again later.</summary>
    public sealed record Failed(string Why, TimeSpan? RetryAfter) : ApplyOutcome;
}
