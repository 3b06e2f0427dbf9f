namespace PlatformGitOps.Controller.Election;

/// <summary>What an instance is to a Lease.</summary>
public enum Role
{
    /// <summary>Another instance holds it and renews it.</summary>
    Standby,

    /// <summary>
    /// The holder's renewal is late. A candidate probes and writes nothing, so that it knows what fails when the Lease runs out.
    /// </summary>
    Candidate,

    /// <summary>It holds the Lease.</summary>
    Leader,
}
