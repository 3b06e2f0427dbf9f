namespace PlatformGitOps.Controller.Election;

/// <summary>The role of an instance for a Lease.</summary>
public enum Role
{
    /// <summary>Another instance holds it and renews it.</summary>
    Standby,

    /// <summary>
    /// The holder's renewal is late. A candidate probes but writes nothing, so that it has results when the Lease expires.
    /// </summary>
    Candidate,

    /// <summary>It holds the Lease.</summary>
    Leader,
}
