namespace PlatformGitOps.Controller.Running;

/// <summary>What differs from one instance to the next.</summary>
public sealed record HostSettings
{
    /// <summary>The pod's name: who holds the lease.</summary>
    public required string Identity { get; init; }

    /// <summary>Everything but the writes.</summary>
    public bool DryRun { get; init; }
}
